import type { Duplex } from 'node:stream';
import type { ControlId } from '../../domain/control.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { DriverEvent, StepOptions } from '../driver.ts';
import { takenOver } from '../mark.ts';
import { echoConsole } from './fake-console.ts';
import type { FakeDisks, FakeHost } from './fake-host.ts';
import { cutOff, type FakeStep } from './faults.ts';

/** One connection to a fake host: what all steps of a driver share. */
export class FakeConnection {
  readonly host: FakeHost;
  readonly control: ControlId | null;
  readonly closed: Promise<Error | null>;
  readonly #listeners = new Set<(event: DriverEvent) => void>();
  readonly #streams = new Set<Duplex>();
  readonly #end = new AbortController();
  readonly #settle: (reason: Error | null) => void;

  /** @param control whose guests it may change; null: everybody's */
  constructor(host: FakeHost, control: ControlId | null = null) {
    this.host = host;
    this.control = control;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    this.closed = promise;
    this.#settle = resolve;
    host.join(this);
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  onEvent(listener: (event: DriverEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  close(): Promise<void> {
    this.cut(null);
    return Promise.resolve();
  }

  /** Ends the connection; null for an end that was wanted. */
  cut(reason: Error | null): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason ?? cutOff());
    for (const stream of this.#streams) stream.destroy();
    this.#listeners.clear();
    this.#settle(reason);
  }

  tell(event: DriverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Does a step of the driver, with the faults that are to be met before and after it. */
  async step<T>(step: FakeStep, options: StepOptions, work: () => T): Promise<T> {
    this.host.calls.push(step);
    await this.live(this.host.faults.meet(step, 'before'), options);
    const result = await this.live(this.host.doRequest(step, work), options);
    await this.live(this.host.faults.meet(step, 'after'), options);
    return result;
  }

  /** A step that changes a guest: refused when another Micronova has it. */
  change<T>(step: FakeStep, guestId: string, options: StepOptions, work: () => T): Promise<T> {
    return this.step(step, options, () => {
      const { spec, mark } = this.host.domains.get(guestId) ?? {};
      if (spec && mark && this.control && mark.control.id !== this.control.id) {
        throw takenOver(spec.domainName, mark.control);
      }
      return work();
    });
  }

  /** Waits no longer than the link lives and the caller wants it. */
  async live<T>(promise: Promise<T>, { signal }: StepOptions): Promise<T> {
    const ends = AbortSignal.any([signal, this.#end.signal]);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    ends.addEventListener('abort', end);
    // An abort that came first must win over a promise that is settled already.
    if (ends.aborted) resolve();
    const race = Promise.race([ended, promise.then(() => undefined)]);
    await race.finally(() => ends.removeEventListener('abort', end));
    if (this.#end.signal.aborted) throw cutOff();
    if (signal.aborted) throw new ExpectedError('cancelled', 'The step was cancelled');
    return await promise;
  }

  disksOf(guestId: string): FakeDisks {
    const disks = this.host.disks.get(guestId) ?? {};
    this.host.disks.set(guestId, disks);
    return disks;
  }

  /** @throws ExpectedError `host.disk_full` */
  needSpace(): void {
    if (!this.host.faults.diskFull) return;
    throw new ExpectedError('host.disk_full', 'The storage pool of the host is full', {
      remedy: 'Free some space in the pool.',
    });
  }

  stream(guestId: string, greeting: string): Duplex {
    this.host.running(guestId);
    const stream = echoConsole(greeting);
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return stream;
  }
}
