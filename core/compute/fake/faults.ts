import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '../../domain/errors.ts';
import type { ComputeDriver } from '../driver.ts';

/** The driver's steps, by the names of its methods. */
export type FakeStep = Exclude<keyof ComputeDriver, 'capabilities' | 'closed' | 'close' | 'onEvent'>;

/**
 * `before`: nothing of the step was done yet. `during`: the host has the request and does it, whatever becomes of whoever
 * asked. `after`: all of it was done, and only the answer is missing.
 */
export type FaultMoment = 'before' | 'during' | 'after';

interface Fault {
  readonly step: FakeStep;
  readonly moment: FaultMoment;
  left: number;
  readonly meet: () => Promise<void>;
}

interface FaultOptions {
  readonly times?: number;
  readonly moment?: FaultMoment;
}

/** A step that stands still until it is let go. */
export interface Hang {
  /** settles once a step has arrived here */
  readonly reached: Promise<void>;
  release(): void;
}

export function cutOff(): ExpectedError {
  return new ExpectedError('transport.closed', 'The connection to the host was closed', {
    remedy: 'It is made again as soon as the host answers.',
  });
}

/** What is to go wrong on a fake host, and when. */
export class Faults {
  #faults: Fault[] = [];
  /** volumes cannot be written any more */
  diskFull = false;

  /** The step fails so many times. */
  fail(step: FakeStep, error: Error, { times = 1, moment = 'before' }: FaultOptions = {}): void {
    this.#faults.push({ step, moment, left: times, meet: () => Promise.reject(error) });
  }

  /** The step stands still until it is let go, its signal is aborted or the link is cut. */
  hang(step: FakeStep, moment: FaultMoment = 'before'): Hang {
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const meet = () => {
      reached.resolve();
      return gate.promise;
    };
    this.#faults.push({ step, moment, left: 1, meet });
    return { reached: reached.promise, release: () => gate.resolve() };
  }

  /** The step takes so many milliseconds longer, every time. */
  delay(step: FakeStep, milliseconds: number): void {
    const meet = () => sleep(milliseconds);
    this.#faults.push({ step, moment: 'before', left: Number.POSITIVE_INFINITY, meet });
  }

  /** Calls `then` once when a step has come this far. */
  once(step: FakeStep, moment: FaultMoment, then: () => void): void {
    this.#faults.push({ step, moment, left: 1, meet: () => Promise.resolve(then()) });
  }

  clear(): void {
    this.#faults = [];
    this.diskFull = false;
  }

  /** What passes between two chunks of a transfer. */
  async pause(): Promise<void> {
    await new Promise(setImmediate);
  }

  async meet(step: FakeStep, moment: FaultMoment): Promise<void> {
    const fault = this.#faults.find((f) => f.step === step && f.moment === moment && f.left > 0);
    if (fault === undefined) return;
    fault.left -= 1;
    await fault.meet();
  }
}
