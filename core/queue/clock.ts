/** Time as the queue and the conductor know it; a simulation hands in its own. */
export interface Clock {
  /** milliseconds since 1970: for people to read; it may be set back, or forward by years */
  now(): number;
  /** milliseconds since some moment: for how long something takes; it only ever goes forward */
  elapsed(): number;
  /** Calls once after `milliseconds`, unless disposed of first. */
  after(milliseconds: number, call: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** @throws the signal's reason, as soon as it is aborted */
export async function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  signal.addEventListener('abort', wake);
  const timer = clock.after(signal.aborted ? 0 : milliseconds, wake);
  await promise;
  timer[Symbol.dispose]();
  signal.removeEventListener('abort', wake);
  signal.throwIfAborted();
}
