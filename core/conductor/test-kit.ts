import { randomUUID } from 'node:crypto';
import type { ComputeDriver } from '../compute/driver.ts';
import { createFakeDriver } from '../compute/fake/fake-driver.ts';
import { FakeHost, type FakeHostOptions } from '../compute/fake/fake-host.ts';
import type { Image, Instance, Task, TaskState } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { silentLog } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import { controlIdentity } from '../identity/control.ts';
import { refreshInventory } from '../placement/inventories.ts';
import { type Clock, systemClock } from '../queue/clock.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane, type TaskInput, type TaskKind } from '../queue/kinds.ts';
import { TaskRunner } from '../queue/task-runner.ts';
import { startAction } from '../state/actions.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { insertHost, updateHost } from '../state/hosts.ts';
import { insertImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstance, insertInstance, type NewInstance } from '../state/instances.ts';
import { getTask } from '../state/tasks.ts';
import type { ConductorOptions } from './deps.ts';
import { conductorOperations } from './operations.ts';
import { conductorOversight } from './oversight.ts';

export interface KitHost {
  readonly id: string;
  readonly fake: FakeHost;
}

/** A control plane without doors: the real database, queue, scheduler and conductor over hosts in memory. */
export class ConductorKit implements AsyncDisposable {
  readonly database: Database = openDatabase(':memory:', { log: silentLog });
  readonly hosts = new Map<string, KitHost>();
  /** settles when each host has been tried for the first time */
  firstAttempts: Promise<void> = Promise.resolve();
  readonly #drivers = new Map<string, ComputeDriver>();
  readonly #clock: Clock;
  readonly #images: ConductorOptions['images'];
  readonly #random: () => number;
  readonly #runners: TaskRunner[] = [];
  runner: TaskRunner;

  constructor({
    clock = systemClock,
    images = memoryStore(),
    random = Math.random,
  }: Partial<Pick<ConductorOptions, 'clock' | 'images' | 'random'>> = {}) {
    this.#clock = clock;
    this.#images = images;
    this.#random = random;
    this.runner = this.startRunner();
  }

  /** A new process over the same database and hosts; the old one is not told and may go on trying. */
  startRunner(): TaskRunner {
    const { database } = this;
    const own = { images: this.#images, clock: this.#clock, random: this.#random };
    const options = { database, drivers: this, log: silentLog, ...own };
    this.runner = new TaskRunner({
      ...options,
      operations: conductorOperations(options),
      isConnected: (hostId) => this.#drivers.has(hostId),
      oversight: conductorOversight,
    });
    this.#runners.push(this.runner);
    this.runner.start();
    return this.runner;
  }

  /** The driver registry. */
  get(hostId: string): ComputeDriver {
    const driver = this.#drivers.get(hostId);
    if (driver !== undefined) return driver;
    throw new ExpectedError('host.unavailable', 'The host is not connected');
  }

  attempted(): Promise<void> {
    return this.firstAttempts;
  }

  /** @param fake one that another kit has, too */
  addHost(
    name: string,
    options: FakeHostOptions = {},
    fake: FakeHost = new FakeHost({ name, ...options }),
  ): KitHost {
    const host = { id: randomUUID(), fake };
    this.hosts.set(host.id, host);
    this.database.write((tx) => {
      insertHost(tx, {
        id: host.id,
        name,
        address: { kind: 'local', uri: 'qemu:///system' },
        pool: 'micronova',
        network: 'default',
        virtMode: 'automatic',
        createdAt: timestamp(),
      });
      refreshInventory(tx, host.id, name, host.fake.facts);
      updateHost(tx, host.id, { facts: { ...host.fake.facts } });
    });
    this.connect(host);
    return host;
  }

  connect({ id, fake }: KitHost): void {
    const driver = createFakeDriver(fake, controlIdentity(this.database));
    this.#drivers.set(id, driver);
    void driver.closed.finally(() => {
      if (this.#drivers.get(id) === driver) this.#drivers.delete(id);
    });
    this.database.write((tx) => updateHost(tx, id, { connection: 'connected' }));
  }

  disconnect({ id, fake }: KitHost): void {
    fake.cutLink();
    this.#drivers.delete(id);
    this.database.write((tx) => updateHost(tx, id, { connection: 'disconnected' }));
  }

  addImage(properties: Record<string, string> = {}, status: Image['status'] = 'active'): string {
    const id = randomUUID();
    this.database.write((tx) =>
      insertImage(tx, {
        id,
        name: 'tiny',
        status,
        diskFormat: 'qcow2',
        size: 1000,
        virtualSize: 1024 ** 3,
        sha256: 'ab'.repeat(32),
        minDisk: 0,
        minRam: 0,
        properties,
        createdAt: timestamp(),
      }),
    );
    return id;
  }

  /** An instance that is asked for, and the task that builds it. */
  create(imageId: string, values: Partial<NewInstance> = {}): { id: string; taskId: string } {
    const id = randomUUID();
    const taskId = this.database.write((tx) => {
      insertInstance(tx, { ...newInstance(id, imageId), ...values });
      return this.#enqueue(tx, 'instance.create', { instanceId: id }, id, 'create', null);
    });
    return { id, taskId };
  }

  /** Asks for an action as the API would: task state, record and task together. */
  act<K extends Extract<TaskKind, `instance.${string}`>>(
    kind: K,
    input: TaskInput<K>,
    instanceId: string,
    taskState: TaskState | null,
  ): string {
    return this.database.write((tx) => {
      const instance = transition(tx, instanceId, { set: { taskState } });
      return this.#enqueue(tx, kind, input, instanceId, kind, instance?.hostId ?? null);
    });
  }

  delete(instanceId: string): string {
    return this.act('instance.delete', { instanceId }, instanceId, 'deleting');
  }

  #enqueue<K extends TaskKind>(
    tx: Parameters<typeof startAction>[0],
    kind: K,
    input: TaskInput<K>,
    instanceId: string,
    action: string,
    hostId: string | null,
  ): string {
    const requestId = `req-${randomUUID()}`;
    startAction(tx, { instanceId, requestId }, action, 'tester');
    return enqueue(tx, {
      kind,
      input,
      subject: 'web',
      instanceId,
      ...(hostId !== null && { hostId }),
      requestId,
      cancellable: kind === 'instance.create',
      lane: hostId === null ? 'conductor' : hostLane(hostId),
    });
  }

  enqueueImage<K extends Extract<TaskKind, `image.${string}`>>(
    kind: K,
    input: TaskInput<K>,
    imageId: string,
    hostId?: string,
  ): string {
    const requestId = `req-${randomUUID()}`;
    const where = hostId === undefined ? { lane: 'image' as const } : { hostId, lane: hostLane(hostId) };
    const task = { kind, input, subject: 'tiny', imageId, requestId, cancellable: true, ...where };
    return this.database.write((tx) => enqueue(tx, task));
  }

  instance(id: string): Instance | undefined {
    return getInstance(this.database, id);
  }

  task(id: string): Task {
    const task = getTask(this.database, id);
    if (task === undefined) throw new Error(`there is no task ${id}`);
    return task;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    this.database.close();
  }
}

function newInstance(id: string, imageId: string): NewInstance {
  return {
    id,
    name: 'web',
    hostname: 'web',
    domainName: `micronova-${id.slice(0, 8)}`,
    flavor: {
      id: '1',
      name: 'm1.tiny',
      vcpus: 1,
      ram: 512,
      disk: 1,
      ephemeral: 1,
      swap: 0,
      isPublic: true,
      description: null,
      extraSpecs: {},
    },
    imageId,
    imageName: 'tiny',
    keyName: null,
    publicKey: null,
    userData: null,
    metadata: {},
    mac: 'fa:16:3e:00:00:01',
    requestedHostId: null,
  };
}

/** Every look at it is half a minute later, and nothing is waited for. */
export function hastyClock(): Clock {
  let now = 0;
  const later = () => (now += 30_000);
  return {
    now: later,
    elapsed: later,
    after(_milliseconds, call) {
      const immediate = setImmediate(call);
      return { [Symbol.dispose]: () => clearImmediate(immediate) };
    },
  };
}

function memoryStore(): ConductorOptions['images'] {
  return {
    path: (imageId) => `/nowhere/${imageId}.img`,
    import: () =>
      Promise.resolve({
        diskFormat: 'qcow2' as const,
        size: 1000,
        virtualSize: 1024 ** 3,
        sha256: 'cd'.repeat(32),
      }),
    fetch: async (_imageId, sha256, download) => {
      await download('/nowhere/fetched.img');
      return { diskFormat: 'qcow2', size: 1000, virtualSize: 1024 ** 3, sha256 };
    },
    remove: () => Promise.resolve(),
  };
}
