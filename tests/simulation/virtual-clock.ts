import type { Clock } from '../../core/queue/clock.ts';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** milliseconds: an ordinary day */
const BEGIN = Date.UTC(2026, 0, 1);

/** Time that passes only when it is told to. Timers run by time elapsed, as a computer's do; the wall clock may jump. */
export class VirtualClock implements Clock {
  #elapsed = 0;
  #skew = 0;
  // Soonest first; those of one moment in the order in which they were set.
  readonly #timers: Timer[] = [];

  now(): number {
    return BEGIN + this.#elapsed + this.#skew;
  }

  /** milliseconds since the beginning, whatever the wall clock says */
  elapsed(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, call: () => void): Disposable {
    const timer = { at: this.#elapsed + Math.max(0, milliseconds), call };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.at ?? 0) > timer.at) place -= 1;
    this.#timers.splice(place, 0, timer);
    return { [Symbol.dispose]: () => this.#drop(timer) };
  }

  #drop(timer: Timer): void {
    const place = this.#timers.indexOf(timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }

  /** Somebody sets the wall clock. */
  jump(milliseconds: number): void {
    this.#skew += milliseconds;
  }

  /** Goes to the next timer and calls it, unless that lies behind `until`. @returns whether there was one */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const [next] = this.#timers;
    if (next === undefined || next.at > until) return false;
    this.#timers.shift();
    this.#elapsed = next.at;
    next.call();
    return true;
  }

  async sleep(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.after(milliseconds, resolve);
    await promise;
  }
}
