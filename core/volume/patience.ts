import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '../domain/errors.ts';

/** Milliseconds between two tries, and in all. */
const PAUSE = 200;
const LIMIT = 10_000;

/** What libvirt says while another job of the pool or volume has not ended. */
const BUSY = /asynchronous jobs running|still in use|being allocated|is still being|in use by another/i;

export function isBusy(error: unknown): boolean {
  return error instanceof ExpectedError && BUSY.test(error.message);
}

/** Tries again for a while when a pool or volume is busy with something that ends by itself. */
export async function patiently<T>(signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += PAUSE) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || waited >= LIMIT || signal?.aborted) throw error;
    }
    await delay(PAUSE);
  }
}
