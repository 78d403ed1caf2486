import type { Clock } from './clock.ts';
import type { PendingTask } from './pending.ts';

interface Deadline {
  readonly expiresAt: string;
  /** on the clock that only goes forward */
  readonly elapsed: number;
}

/**
 * When waiting tasks are given up. How long is left is read off the wall clock once, when the instant is set or Micronova
 * starts; from then on it is time that passes, so that a clock set wrong neither ends all at once nor keeps them for ever.
 */
export class Expiry {
  readonly #clock: Clock;
  readonly #deadlines = new Map<string, Deadline>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds left; null for one that waits as long as it takes */
  left({ id, expiresAt }: Pick<PendingTask, 'id' | 'expiresAt'>): number | null {
    if (expiresAt === null) {
      this.#deadlines.delete(id);
      return null;
    }
    let deadline = this.#deadlines.get(id);
    if (deadline?.expiresAt !== expiresAt) {
      const left = Date.parse(expiresAt) - this.#clock.now();
      deadline = { expiresAt, elapsed: this.#clock.elapsed() + left };
      this.#deadlines.set(id, deadline);
    }
    return deadline.elapsed - this.#clock.elapsed();
  }

  forget(id: string): void {
    this.#deadlines.delete(id);
  }
}
