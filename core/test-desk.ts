import { randomUUID } from 'node:crypto';
import { apiHandlers } from './api/handlers.ts';
import { createRouter } from './api/router.ts';
import type { StepOptions } from './compute/driver.ts';
import { FakeHost } from './compute/fake/fake-host.ts';
import { ConductorKit, type KitHost } from './conductor/test-kit.ts';
import { type Call, contract } from './contract/index.ts';
import { isExpected } from './domain/errors.ts';
import { silentLog } from './domain/log.ts';
import { createContext } from './identity/context.ts';
import { makeControlIdentity } from './identity/control.ts';
import { ForeignGuests } from './inventory/foreign-guests.ts';
import { compare } from './inventory/resync.ts';
import { listProviders } from './placement/providers.ts';
import { listInstances } from './state/instances.ts';

export const never: StepOptions = { signal: new AbortController().signal };
const FACTS = { vcpus: 64, ram: 65_536, disk: 1000 };

/** One Micronova over a host in memory: its conductor, its API, and what it sees when it looks. */
export class Desk implements AsyncDisposable {
  readonly kit = new ConductorKit();
  readonly host: KitHost;
  readonly imageId: string;
  readonly #foreign = new ForeignGuests(this.kit.database);
  readonly #route;

  constructor(name: string, fake: FakeHost) {
    makeControlIdentity(this.kit.database, name);
    this.host = this.kit.addHost('one', { facts: FACTS }, fake);
    this.imageId = this.kit.addImage();
    const control = {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      foreignGuests: (hostId?: string) => this.#foreign.list(hostId),
      markedGuests: () => this.#foreign.marked(),
    };
    const parts = {
      database: this.kit.database,
      drivers: this.kit,
      hosts: { control },
      tasks: {},
      facts: {},
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what these tests ask is behind it
    this.#route = createRouter(apiHandlers(parts as never), { log: silentLog, checkOutput: true });
  }

  readonly call: Call = async (method, input) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
    contract[method].output.parse(await this.#route(method, input, createContext({ user: 'me' }))) as never;

  /** A full look at the host, as at every connection and after every event. */
  async look(): Promise<void> {
    const hostId = this.host.id;
    const guests = await this.kit.get(hostId).listGuests(never);
    const found = compare(this.kit.database, { hostId, guests, stale: new Set(), confirm: true });
    this.#foreign.put(hostId, found.foreign);
    await this.kit.runner.idle();
  }

  /** What is expected to be refused is; anything else is a failure of the test. */
  async ask<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (isExpected(error)) return null;
      throw error;
    } finally {
      await this.kit.runner.idle();
    }
  }

  instances() {
    return listInstances(this.kit.database);
  }

  used(): Record<string, number> {
    return Object.fromEntries(listProviders(this.kit.database, this.host.id)[0]?.usages ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kit[Symbol.asyncDispose]();
  }
}

export function stray(fake: FakeHost, name = 'stray'): string {
  const id = randomUUID();
  const flavor = { id: 'x', name: 'x', vcpus: 2, ram: 1024, disk: 0, ephemeral: 0, swap: 0 };
  fake.addForeign({
    saved: false,
    rescue: false,
    passwords: new Map(),
    spec: { id, domainName: name, flavor: { ...flavor, isPublic: true, description: null, extraSpecs: {} } },
    devices: {
      disks: [
        {
          device: 'vda',
          kind: 'disk',
          bus: 'virtio',
          source: '/x',
          format: 'qcow2',
          capacity: 3 * 1024 ** 3,
        },
      ],
      nics: [{ mac: '52:54:00:00:00:77', type: 'network', network: 'default', model: null }],
      addresses: [],
    },
  });
  return id;
}

export async function pair() {
  const fake = new FakeHost({ facts: FACTS });
  const ann = new Desk('ann@desk', fake);
  const bob = new Desk('bob@desk', fake);
  const both = async (): Promise<void> => {
    for (const desk of [ann, bob, ann, bob]) await desk.look();
  };
  return { fake, ann, bob, both };
}
