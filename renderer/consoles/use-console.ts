import { useCallback, useEffect, useState } from 'react';
import type { ErrorBody, Instance } from '../../core/contract/index.ts';
import { toErrorBody } from '../../core/domain/errors.ts';
import { canDo } from '../../core/domain/instance-states.ts';
import { call } from '../api/client.ts';
import { channelFor, type ConsoleChannel } from './console-channel.ts';

export type ConsoleState = 'off' | 'connecting' | 'open' | 'ended';

/** Puts a channel to use on screen; the answer takes it off again. `ended` tells that it is over. */
export type Attach = (
  channel: ConsoleChannel,
  password: string | null,
  ended: (error: ErrorBody | null) => void,
) => () => void;

export interface ConsoleLink {
  readonly state: ConsoleState;
  readonly error: ErrorBody | null;
  readonly reconnect: () => void;
}

interface Round {
  readonly number: number;
  readonly failures: number;
}

interface Outcome {
  readonly of: Round;
  readonly state: ConsoleState;
  readonly error: ErrorBody | null;
}

/** milliseconds before each new try; the last one is kept */
const DELAYS = [500, 1000, 2000, 5000];
/** milliseconds after which a connection counts as a good one */
const GOOD = 5000;

/**
 * Holds a console open while its instance can have one, and opens it anew after a reboot or a lost link. `attach` must
 * be stable.
 */
export function useConsole(instance: Instance, type: 'serial' | 'vnc', attach: Attach): ConsoleLink {
  const [round, setRound] = useState<Round>({ number: 0, failures: 0 });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const possible = canDo('console', instance).allowed;
  const { id } = instance;

  useEffect(() => {
    if (!possible) return undefined;
    const stack = new DisposableStack();
    const since = Date.now();
    const ended = (error: ErrorBody | null): void => {
      if (stack.disposed) return;
      setOutcome({ of: round, state: 'ended', error });
      const failures = Date.now() - since > GOOD ? 0 : round.failures;
      const delay = DELAYS[Math.min(failures, DELAYS.length - 1)] ?? GOOD;
      const next = (): void => setRound({ number: round.number + 1, failures: failures + 1 });
      stack.adopt(setTimeout(next, delay), clearTimeout);
    };
    connect(id, type)
      .then(({ channel, password }) => {
        if (stack.disposed) return channel.close();
        stack.defer(() => channel.close());
        stack.defer(attach(channel, password, ended));
        return setOutcome({ of: round, state: 'open', error: null });
      })
      .catch((failure: unknown) => ended(toErrorBody(failure)));
    return () => stack.dispose();
  }, [id, type, possible, attach, round]);

  const reconnect = useCallback(() => setRound(({ number }) => ({ number: number + 1, failures: 0 })), []);
  if (!possible) return { state: 'off', error: null, reconnect };
  // What is known of an earlier round says nothing of this one.
  return outcome?.of === round ? { ...outcome, reconnect } : { state: 'connecting', error: null, reconnect };
}

async function connect(
  ref: string,
  type: 'serial' | 'vnc',
): Promise<{ channel: ConsoleChannel; password: string | null }> {
  const { ticket, password } = await call('console.open', { ref, type });
  const channel = await channelFor(ticket, (each) => window.micronova.openConsole(each));
  return { channel, password };
}
