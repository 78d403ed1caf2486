import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { q } from '../state/query.ts';
import { allocationsOf, claim, consumerGeneration, release } from './allocations.ts';
import { listCandidates } from './candidates.ts';
import { refreshInventory, setInventory, type Totals } from './inventories.ts';
import { getProvider, listProviders } from './providers.ts';
import { capacityOf, type Inventory, refusalOf } from './resources.ts';
import { addHost as addHostTo, codeOf } from './test-kit.ts';

let database: Database;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(() => database.close());

const addHost = (name: string, totals?: Totals) => addHostTo(database, name, totals);

const small = { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 };

function take(
  providerId: string,
  resources: Record<string, number>,
  consumerId: string = randomUUID(),
): string {
  const generation = consumerGeneration(database, consumerId);
  database.write((tx) =>
    claim(tx, { consumerId, consumerGeneration: generation, shares: [{ providerId, resources }] }),
  );
  return consumerId;
}

describe('inventories', () => {
  it('begin with the ratios and the reserve of Nova', () => {
    const { inventories } = getProvider(database, addHost('one'));
    expect(inventories.get('VCPU')).toMatchObject({ total: 4, reserved: 0, allocationRatio: 4, maxUnit: 4 });
    expect(inventories.get('MEMORY_MB')).toMatchObject({ total: 4096, reserved: 512, allocationRatio: 1 });
    expect(inventories.get('DISK_GB')).toMatchObject({ total: 100, reserved: 0, allocationRatio: 1 });
  });

  it('keep what a person has set when the facts change', () => {
    const id = addHost('one');
    database.write((tx) => {
      setInventory(tx, id, 'one', 'MEMORY_MB', { allocationRatio: 1.5 });
      setInventory(tx, id, 'one', 'MEMORY_MB', { reserved: 1024 });
      refreshInventory(tx, id, 'one', { vcpus: 8, ram: 8192.7, disk: 100 });
    });
    const { inventories } = getProvider(database, id);
    expect(inventories.get('MEMORY_MB')).toMatchObject({ total: 8192, reserved: 1024, allocationRatio: 1.5 });
    expect(inventories.get('VCPU')).toMatchObject({ total: 8, maxUnit: 8 });
    expect(getHost(database, id)?.ram).toEqual({ total: 8192, used: 0, reserved: 1024, ratio: 1.5 });
  });

  it('may be set before the host has told its facts', () => {
    const id = addHost('one', { vcpus: 0, ram: 0, disk: 0 });
    database.write((tx) => setInventory(tx, id, 'one', 'VCPU', { allocationRatio: 2 }));
    database.write((tx) => refreshInventory(tx, id, 'one', { vcpus: 2, ram: 1024, disk: 10 }));
    expect(getProvider(database, id).inventories.get('VCPU')).toMatchObject({ total: 2, allocationRatio: 2 });
  });

  it('count the generation up only when something changed', () => {
    const id = addHost('one');
    const { generation } = getProvider(database, id);
    database.write((tx) => refreshInventory(tx, id, 'one', { vcpus: 4, ram: 4096, disk: 100 }));
    expect(getProvider(database, id).generation).toBe(generation);
    take(id, small);
    expect(getProvider(database, id).generation).toBe(generation + 1);
  });
});

describe('a refusal', () => {
  const inventory: Inventory = {
    total: 4096,
    reserved: 512,
    minUnit: 1,
    maxUnit: 4096,
    stepSize: 1,
    allocationRatio: 1,
  };
  it.each([
    [4096, 3072, {}, 'RAM: asked 4096 MiB, free 512 of 3584 (ratio 1.0, 512 reserved)'],
    [512, 3072, {}, null],
    [513, 3072, {}, 'RAM: asked 513 MiB, free 512 of 3584 (ratio 1.0, 512 reserved)'],
    [64, 0, { allocationRatio: 1.5 }, null],
    [4097, 0, { allocationRatio: 9 }, 'RAM: asked 4097 MiB, at most 4096 for one instance'],
    [63, 0, { minUnit: 64 }, 'RAM: asked 63 MiB, at least 64 for one instance'],
    [100, 0, { stepSize: 64 }, 'RAM: asked 100 MiB, given in steps of 64'],
    [1, 0, { reserved: 5000 }, 'RAM: asked 1 MiB, free 0 of 0 (ratio 1.0, 5000 reserved)'],
    [1, 9999, {}, 'RAM: asked 1 MiB, free 0 of 3584 (ratio 1.0, 512 reserved)'],
  ])('of %i with %i used and %o', (asked, used, change, words) => {
    expect(refusalOf('MEMORY_MB', asked, { ...inventory, ...change }, used)).toBe(words);
  });

  it('names every class that falls short', () => {
    addHost('one');
    const [candidate] = listCandidates(database, {
      resources: { VCPU: 5, MEMORY_MB: 100, DISK_GB: 101, CUSTOM_FPGA: 1 },
    });
    expect(candidate?.refusal).toBe(
      'CPU: asked 5 vCPU, at most 4 for one instance; Disk: asked 101 GiB, at most 100 for one instance; ' +
        'CUSTOM_FPGA: asked 1, the host has none',
    );
  });
});

describe('a claim', () => {
  it('is seen in the host, and gone after release', () => {
    const id = addHost('one');
    const consumer = take(id, small);
    expect(getHost(database, id)).toMatchObject({
      vcpus: { used: 1 },
      ram: { used: 512 },
      disk: { used: 1 },
    });
    expect(allocationsOf(database, consumer)).toEqual([{ providerId: id, resources: small }]);
    database.write((tx) => release(tx, consumer));
    expect(getHost(database, id)).toMatchObject({ vcpus: { used: 0 }, ram: { used: 0 }, disk: { used: 0 } });
    expect(() => database.write((tx) => release(tx, consumer))).not.toThrow();
  });

  it('takes all classes or none', () => {
    const id = addHost('one');
    expect(codeOf(() => take(id, { VCPU: 1, MEMORY_MB: 9999 }))).toBe('placement.no_capacity');
    expect(database.all(q.selectFrom('allocations').selectAll())).toEqual([]);
    expect(database.all(q.selectFrom('consumers').selectAll())).toEqual([]);
  });

  it('made by somebody who has read an older state is refused', () => {
    const id = addHost('one');
    const read = { consumer: randomUUID(), provider: getProvider(database, id).generation };
    take(id, small);
    const share = { providerId: id, resources: small };
    const late = { consumerId: read.consumer, consumerGeneration: null, shares: [share] };
    const shares = [{ ...share, providerGeneration: read.provider }];
    const claimLate = () => database.write((tx) => claim(tx, { ...late, shares }));
    expect(codeOf(claimLate)).toBe('placement.concurrent_update');
    take(id, small, read.consumer);
    expect(codeOf(() => database.write((tx) => claim(tx, late)))).toBe('placement.concurrent_update');
  });

  it('replaces what the consumer held, on whatever host', () => {
    const [one, two] = [addHost('one'), addHost('two')];
    const consumer = take(one, { MEMORY_MB: 3584 });
    take(one, { MEMORY_MB: 3000 }, consumer);
    expect(getHost(database, one)?.ram.used).toBe(3000);
    take(two, { MEMORY_MB: 3584 }, consumer);
    expect(getHost(database, one)?.ram.used).toBe(0);
    expect(getHost(database, two)?.ram.used).toBe(3584);
  });

  it('never exceeds a capacity, whoever claims, releases and resizes in whatever order', () => {
    const providers = [addHost('one'), addHost('two', { vcpus: 2, ram: 1500, disk: 7 })];
    const consumers = Array.from({ length: 6 }, () => randomUUID());
    // What each claimer believes; a claim with an old belief must fail and change nothing.
    const step = fc.record({
      consumer: fc.nat(5),
      provider: fc.nat(1),
      vcpus: fc.integer({ min: 0, max: 6 }),
      ram: fc.integer({ min: 0, max: 3000 }),
      disk: fc.integer({ min: 0, max: 60 }),
      what: fc.constantFrom('read', 'claim', 'claim', 'claim', 'release'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const problems: string[] = [];
        const beliefs = new Map<string, number | null>();
        for (const { consumer, provider, vcpus, ram, disk, what } of steps) {
          const consumerId = consumers[consumer]!;
          const before = JSON.stringify(allocationsOf(database, consumerId));
          if (what === 'read') beliefs.set(consumerId, consumerGeneration(database, consumerId));
          else if (what === 'release') database.write((tx) => release(tx, consumerId));
          else {
            const believed = beliefs.get(consumerId) ?? null;
            const stale = believed !== consumerGeneration(database, consumerId);
            const resources = { VCPU: vcpus, MEMORY_MB: ram, DISK_GB: disk };
            const request = {
              consumerId,
              consumerGeneration: believed,
              shares: [{ providerId: providers[provider]!, resources }],
            };
            const code = codeOf(() => database.write((tx) => claim(tx, request)));
            const done = code === 'nothing was thrown';
            if (stale && code !== 'placement.concurrent_update') problems.push(`a stale claim: ${code}`);
            const same = JSON.stringify(allocationsOf(database, consumerId)) === before;
            if (!done && !same) problems.push(`a refused claim changed something: ${code}`);
          }
          problems.push(...overCapacity());
        }
        database.write((tx) => consumers.forEach((id) => release(tx, id)));
        expect(problems).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

function overCapacity(): string[] {
  return listProviders(database).flatMap((provider) =>
    [...provider.usages].flatMap(([name, used]) => {
      const inventory = provider.inventories.get(name);
      return inventory && used <= capacityOf(inventory) ? [] : [`${provider.name}: ${used} of ${name}`];
    }),
  );
}
