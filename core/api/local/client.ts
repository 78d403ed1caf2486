import { realpath } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import {
  contract,
  type Call,
  type ContractEvent,
  type Input,
  type MethodName,
  type Output,
} from '../../contract/index.ts';
import { ExpectedError, fromErrorBody } from '../../domain/errors.ts';
import { LocalConnection } from './connection.ts';
import type { ServerHello, ServerMessage } from './protocol.ts';

export interface LocalClient extends Disposable {
  /** who owns the data folder */
  readonly server: ServerHello;
  readonly call: Call;
  /** Hears every event from now on. */
  subscribe(listener: (event: ContractEvent) => void): Promise<Disposable>;
  /** Exchanges a ticket of `console.open` for the byte pipe, over a connection of its own; it starts paused. */
  openConsole(ticket: string): Promise<Duplex>;
  /** Settles when the connection is gone. Never rejects. */
  readonly closed: Promise<void>;
}

/** milliseconds: longer than any one call may take, the test of a host behind several jumps included */
const CALL_DEADLINE = 300_000;

interface Waiting {
  readonly done: (output: unknown) => void;
  readonly fail: (error: Error) => void;
}

class Client implements LocalClient {
  readonly server: ServerHello;
  readonly closed: Promise<void>;
  readonly #home: string;
  readonly #version: string;
  readonly #connection: LocalConnection;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: ContractEvent) => void>();
  #nextId = 1;
  #subscribed: Promise<unknown> | undefined;

  constructor(home: string, version: string, connection: LocalConnection, server: ServerHello) {
    this.#home = home;
    this.#version = version;
    this.#connection = connection;
    this.server = server;
    connection.onMessage((message) => this.#take(message));
    this.closed = connection.closed.then((error) => this.#failAll(error));
  }

  readonly call: Call = async <M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>> => {
    const output = await this.#request((id) => ({ type: 'call', id, method, input }));
    const parsed = contract[method].output.safeParse(output);
    if (!parsed.success) {
      throw new ExpectedError('internal', `The answer to ${method} did not have the expected form.`, {
        cause: parsed.error,
      });
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by this very method's schema
    return parsed.data as Output<M>;
  };

  async subscribe(listener: (event: ContractEvent) => void): Promise<Disposable> {
    this.#listeners.add(listener);
    this.#subscribed ??= this.#request((id) => ({ type: 'subscribe', id }));
    await this.#subscribed;
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async openConsole(ticket: string): Promise<Duplex> {
    const opened = await LocalConnection.open(this.#home, this.#version);
    if (opened === null) throw gone(null);
    return opened.connection.becomeConsole(ticket);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  #request(message: (id: number) => object): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ExpectedError('transport.timeout', 'The running Micronova did not answer in time.'));
      }, CALL_DEADLINE).unref();
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          then(value);
        };
      this.#waiting.set(id, { done: settle(resolve), fail: settle(reject) });
      if (!this.#connection.send(message(id))) this.#failAll(null);
    });
  }

  #take(message: ServerMessage): void {
    if (message.type === 'event') {
      for (const listener of this.#listeners) listener(message.event);
      return;
    }
    if (message.type !== 'result' && message.type !== 'error') return this.#connection.close();
    if (message.id === null)
      return this.#failAll(message.type === 'error' ? fromErrorBody(message.error) : null);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'result') waiting?.done(message.output);
    else waiting?.fail(fromErrorBody(message.error));
  }

  #failAll(error: Error | null): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const reason = error instanceof ExpectedError ? error : gone(error);
    for (const { fail } of waiting) fail(reason);
  }
}

function gone(cause: Error | null): ExpectedError {
  return new ExpectedError('transport.closed', 'The Micronova that owns the data folder has ended.', {
    remedy: 'Repeat the command.',
    ...(cause !== null && { cause }),
  });
}

// A folder that cannot be read is compared by its name.
function realFolder(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/**
 * Connects to whichever Micronova owns the data folder; null when none does.
 * @param version this program's own
 * @throws ExpectedError `conflict` when the owner is of another version, `transport.timeout` when it does not answer
 */
export async function connectLocal(home: string, version: string): Promise<LocalClient | null> {
  const opened = await LocalConnection.open(home, version);
  if (opened === null) return null;
  const { connection, hello } = opened;
  if (hello.version === version && (await realFolder(hello.home)) === (await realFolder(home))) {
    return new Client(home, version, connection, hello);
  }
  connection.close();
  throw new ExpectedError(
    'conflict',
    `Micronova ${hello.version} (process ${hello.pid}) owns ${hello.home}; this is version ${version}.`,
    { remedy: 'Quit the other one, or use the same version.' },
  );
}
