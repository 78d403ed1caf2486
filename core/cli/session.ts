import { setTimeout as sleep } from 'node:timers/promises';
import { connectLocal, type LocalClient } from '../api/local/client.ts';
import { type OwnedHome, ownHome } from '../api/local/ownership.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Input, MethodName } from '../contract/index.ts';
import { isExpected } from '../domain/errors.ts';
import { orAbort } from './interrupt.ts';

/** Makes the control plane in this process. */
export type StartControlPlane = (home: string, owner: 'serve' | 'command') => Promise<ControlPlane>;

export interface SessionOptions {
  readonly home: string;
  readonly version: string;
  readonly start: StartControlPlane;
  readonly signal: AbortSignal;
  /** tells the person why the command does not end yet */
  readonly note: (line: string) => void;
}

/** A command's connection to the Micronova that owns the data folder, be it another process or this very one. */
export interface Session extends Pick<
  LocalClient,
  'call' | 'subscribe' | 'openConsole' | 'server' | 'closed'
> {
  /** this command runs the control plane itself, because nobody else did */
  readonly own: boolean;
  /** Cancels a task, even when the command itself was interrupted. */
  cancel(taskId: string): Promise<void>;
  /** Ends the session; a control plane of our own first finishes what was started, unless the command was interrupted. */
  finish(): Promise<void>;
}

/** milliseconds in which an owner that is just starting or ending must have made up its mind */
const CONTEST = 15_000;
/** milliseconds after which a person wonders */
const PATIENCE = 700;

async function join({ home, version, start }: SessionOptions): Promise<{
  client: LocalClient;
  owned: OwnedHome<ControlPlane> | null;
}> {
  const until = Date.now() + CONTEST;
  for (;;) {
    const running = await connectLocal(home, version);
    if (running !== null) return { client: running, owned: null };
    try {
      const owned = await ownHome(home, { owner: 'command', version }, () => start(home, 'command'));
      // Even to ourselves we speak through the socket: there is only one way in.
      const client = await connectLocal(home, version);
      if (client !== null) return { client, owned };
      await owned.close();
    } catch (error) {
      if (!isExpected(error, 'state.in_use') || Date.now() > until) throw error;
    }
    await sleep(50);
  }
}

async function settle(owned: OwnedHome<ControlPlane>, { signal, note }: SessionOptions): Promise<void> {
  const timer = setTimeout(() => {
    note('Finishing what was started; Ctrl-C leaves it for the next command.');
  }, PATIENCE);
  try {
    await orAbort(signal, owned.plane.idle());
    // Other commands may have come to us meanwhile, with consoles and tasks of their own.
    while (owned.server.clients > 0) {
      await orAbort(signal, owned.server.abandoned());
      await orAbort(signal, owned.plane.idle());
    }
  } finally {
    clearTimeout(timer);
  }
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const { client, owned } = await join(options);
  return {
    own: owned !== null,
    server: client.server,
    closed: client.closed,
    call: <M extends MethodName>(method: M, input: Input<M>) =>
      orAbort(options.signal, client.call(method, input)),
    subscribe: (listener) => client.subscribe(listener),
    openConsole: (ticket) => orAbort(options.signal, client.openConsole(ticket)),
    cancel: async (id) => void (await client.call('task.cancel', { id })),
    finish: async () => {
      client[Symbol.dispose]();
      await client.closed;
      if (owned === null) return;
      try {
        if (!options.signal.aborted) await settle(owned, options);
      } finally {
        await owned.close();
      }
    },
  };
}
