/** Why a command was ended from outside. */
export class Interrupted extends Error {
  /** what the command exits with */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('interrupted');
    this.name = 'Interrupted';
    this.exitCode = exitCode;
  }
}

/** The promise's own outcome, or the signal's reason when that comes first. */
export async function orAbort<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  // Begun already, it may fail when nobody listens any more.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
