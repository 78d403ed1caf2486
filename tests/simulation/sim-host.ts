import { createFakeDriver } from '../../core/compute/fake/fake-driver.ts';
import { FakeHost } from '../../core/compute/fake/fake-host.ts';
import { Faults, type FakeStep, type FaultMoment } from '../../core/compute/fake/faults.ts';
import type { ComputeDriver, HostFacts } from '../../core/compute/driver.ts';
import { ExpectedError } from '../../core/domain/errors.ts';
import type { Fault } from './faults.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What decides over every moment of every step of a host. */
export interface Fate {
  readonly clock: VirtualClock;
  /** milliseconds that the step takes until the host has the request */
  latency(): number;
  /** @returns what is to happen now */
  meet(host: SimHost, call: FakeStep, moment: FaultMoment): Fault | null;
}

/** milliseconds until a host whose caller is gone has done the request that it has */
const LATE = 20;

class FatedFaults extends Faults {
  readonly #fate: Fate;
  readonly #host: SimHost;

  constructor(fate: Fate, host: SimHost) {
    super();
    this.#fate = fate;
    this.#host = host;
  }

  override pause(): Promise<void> {
    return this.meet('uploadImage', 'during');
  }

  override async meet(call: FakeStep, moment: FaultMoment): Promise<void> {
    const { clock } = this.#fate;
    if (moment === 'before') await clock.sleep(this.#fate.latency());
    await super.meet(call, moment);
    const fault = this.#fate.meet(this.#host, call, moment);
    if (fault === null) return;
    if (fault.what === 'fail') throw new ExpectedError('libvirt.error', `The host would not do ${call}`);
    if (fault.what === 'hang') await clock.sleep(fault.for);
    else if (moment === 'during') await clock.sleep(LATE);
  }
}

const FACTS: Partial<HostFacts> = { vcpus: 4, ram: 3072, disk: 40 };

/** A host that may be off, and a door to it. */
export class SimHost {
  readonly name: string;
  readonly id: string;
  readonly fake: FakeHost;
  readonly #clock: VirtualClock;
  /** what keeps it from answering; it answers when nothing does */
  readonly #down = new Set<object>();

  constructor(name: string, id: string, fate: Fate) {
    this.name = name;
    this.id = id;
    this.#clock = fate.clock;
    this.fake = new FakeHost({ name, facts: FACTS, faults: new FatedFaults(fate, this) });
  }

  get isUp(): boolean {
    return this.#down.size === 0;
  }

  /** Rejects as the transport does for a host that does not answer. */
  async open(): Promise<ComputeDriver> {
    await this.#clock.sleep(20);
    if (this.isUp) return createFakeDriver(this.fake);
    throw new ExpectedError('transport.unreachable', `${this.name} does not answer`);
  }

  stayDown(milliseconds: number): void {
    const reason = {};
    this.#down.add(reason);
    this.#clock.after(milliseconds, () => this.#down.delete(reason));
  }

  /** Somebody takes a guest away, with virsh. */
  undefine(guestId: string): void {
    if (!this.fake.domains.has(guestId)) return;
    this.fake.halt(guestId);
    this.fake.lifecycle(guestId, 'undefined');
    this.fake.domains.delete(guestId);
  }

  fillDisk(milliseconds: number): void {
    this.fake.faults.diskFull = true;
    this.#clock.after(milliseconds, () => void (this.fake.faults.diskFull = false));
  }
}
