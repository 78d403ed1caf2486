import { ExpectedError } from '../domain/errors.ts';

interface Limits<T> {
  readonly signal?: AbortSignal | undefined;
  /** milliseconds */
  readonly deadline: number;
  /** made only when time is up, so that it can tell how far things came */
  readonly onTimeout: () => ExpectedError;
  /** left out: the system's timers */
  readonly after?: (milliseconds: number, call: () => void) => Disposable;
  /** lets go of a result that came after nobody waited any more */
  readonly release?: (late: T) => void;
}

export function cancelled(signal: AbortSignal | undefined): ExpectedError {
  return new ExpectedError('cancelled', 'The attempt was cancelled.', { cause: signal?.reason });
}

function afterwards(milliseconds: number, call: () => void): Disposable {
  const timer = setTimeout(call, milliseconds);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/**
 * Runs one step under a deadline and an abort signal. `start` is given a signal that fires on either (or when the step has
 * ended) and has to let go of everything that it holds then.
 */
export async function withDeadline<T>(
  limits: Limits<T>,
  start: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (limits.signal?.aborted) throw cancelled(limits.signal);
  const over = new AbortController();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled(limits.signal));
  const timer = (limits.after ?? afterwards)(limits.deadline, () => reject(limits.onTimeout()));
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  // A start that throws at once counts as one that fails.
  const work = (async () => start(over.signal))();
  try {
    return await Promise.race([work, cut]);
  } catch (error) {
    over.abort(error);
    void work.then(limits.release, () => undefined);
    throw error;
  } finally {
    timer[Symbol.dispose]();
    limits.signal?.removeEventListener('abort', onAbort);
  }
}
