import type { Clock } from './clock.ts';

/** Time that passes only when it is told to: for tests and simulations. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  /** by how much somebody has set the wall clock wrong */
  #leap = 0;
  #timers: { at: number; call: () => void }[] = [];

  now(): number {
    return this.#now + this.#leap;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Somebody sets the wall clock; no time passes. */
  leap(milliseconds: number): void {
    this.#leap += milliseconds;
  }

  after(milliseconds: number, call: () => void): Disposable {
    const timer = { at: this.#now + milliseconds, call };
    this.#timers.push(timer);
    return { [Symbol.dispose]: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  pass(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.call();
    }
    this.#now = until;
  }
}
