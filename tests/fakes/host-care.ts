import { randomUUID } from 'node:crypto';
import type { ComputeDriver } from '../../core/compute/driver.ts';
import { createFakeDriver } from '../../core/compute/fake/fake-driver.ts';
import { FakeHost } from '../../core/compute/fake/fake-host.ts';
import type { ContractEvent, Host, Instance } from '../../core/contract/index.ts';
import { silentLog } from '../../core/domain/log.ts';
import { timestamp } from '../../core/domain/time.ts';
import { HostManager } from '../../core/inventory/host-manager.ts';
import type { Clock } from '../../core/queue/clock.ts';
import { openDatabase } from '../../core/state/database.ts';
import { getHost, insertHost } from '../../core/state/hosts.ts';
import { transition, type InstanceChange } from '../../core/state/instance-changes.ts';
import { getInstance, insertInstance } from '../../core/state/instances.ts';

/** Time that passes only when the test says so. */
export class HandClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  /** by how much the wall clock was set back */
  #behind = 0;
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  now(): number {
    return this.#now - this.#behind;
  }

  elapsed(): number {
    return this.#now;
  }

  after(milliseconds: number, call: () => void): Disposable {
    const timer = { at: this.#now + milliseconds, call };
    this.#timers.push(timer);
    return { [Symbol.dispose]: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** milliseconds until each timer that runs, soonest first */
  get waits(): number[] {
    return this.#timers.map(({ at }) => at - this.#now).toSorted((a, b) => a - b);
  }

  /** Somebody sets the clock; timers run by another one. */
  setBack(milliseconds: number): void {
    this.#behind += milliseconds;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { call } of due) call();
  }
}

/** Resolves when `look` is content; fails with what it saw last. */
export async function eventually<T>(look: () => T, content: (seen: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 2000; turn++) {
    if (content(look())) return look();
    await new Promise(setImmediate);
  }
  throw new Error(`it never came: ${JSON.stringify(look())}`);
}

/** A manager of fake hosts over a database in memory. */
export class HostCare implements AsyncDisposable {
  readonly database = openDatabase(':memory:', { log: silentLog });
  readonly clock = new HandClock();
  readonly events: ContractEvent[] = [];
  readonly fakes = new Map<string, FakeHost>();
  /** what the next attempts to reach a host run into, first one first */
  readonly failures = new Map<string, Error[]>();
  /** attempts to reach each host */
  readonly attempts = new Map<string, number>();
  /** hosts that do not even answer */
  readonly mute = new Set<string>();
  readonly manager: HostManager;

  constructor(random: () => number = () => 0.5) {
    this.database.subscribe((event) => this.events.push(event));
    this.manager = new HostManager({
      database: this.database,
      openDriver: (host) => this.#open(host),
      log: silentLog,
      clock: this.clock,
      random,
    });
  }

  async #open({ id }: Host): Promise<ComputeDriver> {
    this.attempts.set(id, (this.attempts.get(id) ?? 0) + 1);
    const failure = this.failures.get(id)?.shift();
    if (failure !== undefined) throw failure;
    const fake = this.fakes.get(id);
    if (fake === undefined || this.mute.has(id)) return new Promise(() => undefined);
    return createFakeDriver(fake);
  }

  addHost(name = 'h1'): { readonly id: string; readonly fake: FakeHost } {
    const id = randomUUID();
    const fake = new FakeHost({ name });
    this.fakes.set(id, fake);
    const address = { kind: 'local', uri: 'qemu:///system' } as const;
    const rest = {
      pool: 'default',
      network: 'default',
      virtMode: 'automatic',
      createdAt: timestamp(),
    } as const;
    this.database.write((tx) => insertHost(tx, { id, name, address, ...rest }));
    return { id, fake };
  }

  /** An instance as the database has it, and its guest as the host has it, which need not agree. */
  addInstance(hostId: string, set: InstanceChange, power: Instance['powerState'] | null): string {
    const id = randomUUID();
    const flavor = {
      id: '1',
      name: 'm1.nano',
      vcpus: 1,
      ram: 128,
      disk: 1,
      ephemeral: 0,
      swap: 0,
      isPublic: true,
      description: null,
      extraSpecs: {},
    };
    const names = { name: 'web', hostname: 'web', domainName: `instance-${id.slice(0, 8)}` };
    const image = { imageId: null, imageName: null, keyName: null, publicKey: null, userData: null };
    this.database.write((tx) => {
      const rest = { metadata: {}, mac: 'fa:16:3e:00:00:01', requestedHostId: null };
      insertInstance(tx, { id, flavor, ...names, ...image, ...rest });
      transition(tx, id, { set: { taskState: null, hostId, ...set } });
    });
    if (power !== null) this.addGuest(hostId, id, power, names.domainName);
    return id;
  }

  addGuest(hostId: string, id: string, powerState: Instance['powerState'], domainName: string): void {
    const flavor = { vcpus: 1, ram: 128 } as FakeGuest['spec']['flavor'];
    const spec = { id, domainName, flavor };
    this.fakes.get(hostId)?.domains.set(id, {
      spec,
      powerState,
      saved: false,
      rescue: false,
      passwords: new Map(),
      deaf: false,
      log: '',
      boots: 0,
    });
  }

  host(id: string): Host {
    const host = getHost(this.database, id);
    if (host === undefined) throw new Error(`there is no host ${id}`);
    return host;
  }

  instance(id: string): Instance {
    const instance = getInstance(this.database, id);
    if (instance === undefined) throw new Error(`there is no instance ${id}`);
    return instance;
  }

  /** The host's row, once it stands so. */
  connection(id: string, connection: Host['connection']): Promise<Host> {
    return eventually(
      () => this.host(id),
      (host) => host.connection === connection,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager[Symbol.asyncDispose]();
    this.database.close();
  }
}

type FakeGuest = NonNullable<ReturnType<FakeHost['domains']['get']>>;
