import type { ComputeDriver, DriverRegistry } from '../compute/driver.ts';
import { isExpected } from '../domain/errors.ts';
import { type Clock, sleep } from '../queue/clock.ts';

/** milliseconds for which a step waits for a host that was there a moment ago, or that has yet to be reached for the first time */
const PATIENCE = 60_000;
const LOOK_AGAIN = 250;
const TRIES = 3;

interface Caller {
  readonly signal: AbortSignal;
  /** an earlier process began this work: the host may not be connected yet */
  readonly resumed: boolean;
}

export function isLinkLoss(error: unknown): boolean {
  return isExpected(error, 'transport.closed', 'transport.timeout', 'host.unavailable');
}

/**
 * The way to a host for work that may begin before the host is reached and outlives a lost link: every step of a driver
 * may be repeated, so it is.
 */
export class Hosts {
  readonly #drivers: DriverRegistry;
  readonly #clock: Clock;
  /** hosts that were waited for in vain: nobody waits for them again until they have been back */
  readonly #givenUp = new Set<string>();

  constructor(drivers: DriverRegistry, clock: Clock) {
    this.#drivers = drivers;
    this.#clock = clock;
  }

  /** @throws ExpectedError `host.unavailable`, and what `work` throws */
  async use<T>(hostId: string, caller: Caller, work: (driver: ComputeDriver) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const driver = await this.#reach(hostId, caller, caller.resumed || attempt > 1);
      try {
        return await work(driver);
      } catch (error) {
        if (!isLinkLoss(error) || attempt === TRIES || caller.signal.aborted) throw error;
        await sleep(this.#clock, LOOK_AGAIN, caller.signal);
      }
    }
  }

  /**
   * Waits until the first attempt to reach this host, or every host, has ended: what was queued when the last process
   * ended begins before the new one has reached anybody.
   */
  async attempted(signal: AbortSignal, hostId?: string): Promise<void> {
    const over = new AbortController();
    const met = this.#drivers.attempted(hostId).finally(() => over.abort());
    const patience = sleep(this.#clock, PATIENCE, AbortSignal.any([signal, over.signal]));
    await Promise.race([met, patience.catch(() => undefined)]);
    signal.throwIfAborted();
  }

  async #reach(hostId: string, { signal }: Caller, patient: boolean): Promise<ComputeDriver> {
    await this.attempted(signal, hostId);
    const until = this.#clock.elapsed() + (patient && !this.#givenUp.has(hostId) ? PATIENCE : 0);
    for (;;) {
      try {
        const driver = this.#drivers.get(hostId);
        this.#givenUp.delete(hostId);
        return driver;
      } catch (error) {
        if (!isExpected(error, 'host.unavailable')) throw error;
        if (this.#clock.elapsed() >= until) {
          if (patient) this.#givenUp.add(hostId);
          throw error;
        }
      }
      await sleep(this.#clock, LOOK_AGAIN, signal);
    }
  }
}
