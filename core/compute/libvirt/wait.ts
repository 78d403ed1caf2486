import { ExpectedError } from '../../domain/errors.ts';

interface Wait {
  readonly check: () => Promise<boolean>;
  /** Calls `wake` when it may be worth looking again; disposed at the end. */
  readonly wake: (wake: () => void) => Disposable;
  /** milliseconds */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks without any sign: an event may have been lost. */
const LOOK_ANYWAY = 2_000;

/** @returns whether `check` came true in time @throws ExpectedError `cancelled` */
export async function waitUntil({ check, wake, timeout, signal }: Wait): Promise<boolean> {
  const end = Date.now() + timeout;
  let woken = Promise.withResolvers<void>();
  const signs = wake(() => woken.resolve());
  const onAbort = (): void => woken.resolve();
  signal.addEventListener('abort', onAbort);
  try {
    while (true) {
      if (signal.aborted) throw new ExpectedError('cancelled', 'Waiting for the guest was cancelled');
      if (await check()) return true;
      const left = end - Date.now();
      if (left <= 0) return false;
      const timer = setTimeout(woken.resolve, Math.min(LOOK_ANYWAY, left));
      await woken.promise;
      clearTimeout(timer);
      woken = Promise.withResolvers<void>();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    signs[Symbol.dispose]();
  }
}
