import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { allocationsOf, claim, consumerGeneration, release } from './allocations.ts';
import { setInventory } from './inventories.ts';
import { getProvider, listProviders } from './providers.ts';
import { capacityOf, type Inventory, refusalOf } from './resources.ts';
import { addHost, codeOf } from './test-kit.ts';

let database: Database;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(() => database.close());

describe('the rule of what fits', () => {
  const inventory = fc.record<Inventory>({
    total: fc.nat(5000),
    reserved: fc.nat(600),
    minUnit: fc.integer({ min: 1, max: 8 }),
    maxUnit: fc.integer({ min: 1, max: 5000 }),
    stepSize: fc.integer({ min: 1, max: 8 }),
    allocationRatio: fc.constantFrom(0.5, 1, 1.5, 4, 16),
  });

  it('is used + asked ≤ (total − reserved) × ratio, within the units', () => {
    fc.assert(
      fc.property(inventory, fc.integer({ min: 1, max: 6000 }), fc.nat(6000), (has, asked, used) => {
        const room = used + asked <= (has.total - has.reserved) * has.allocationRatio;
        const units = asked >= has.minUnit && asked <= has.maxUnit && asked % has.stepSize === 0;
        expect(refusalOf('CUSTOM_X', asked, has, used) === null).toBe(room && units);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a claim over several hosts', () => {
  const resources = { VCPU: 1, MEMORY_MB: 512 };

  it('takes from all or from none', () => {
    const [one, two] = [addHost(database, 'one'), addHost(database, 'two', { vcpus: 1, ram: 600, disk: 1 })];
    const consumerId = randomUUID();
    const shares = [one, two].map((providerId) => ({ providerId, resources }));
    const attempt = () =>
      codeOf(() => database.write((tx) => claim(tx, { consumerId, consumerGeneration: null, shares })));
    expect(attempt()).toBe('placement.no_capacity');
    expect(allocationsOf(database, consumerId)).toEqual([]);
    database.write((tx) => setInventory(tx, two, 'two', 'MEMORY_MB', { reserved: 0 }));
    expect(attempt()).toBe('nothing was thrown');
    expect(allocationsOf(database, consumerId)).toHaveLength(2);
  });

  it('changes nothing when refused, even in a transaction that goes on', () => {
    const [one, two] = [addHost(database, 'one'), addHost(database, 'two')];
    const consumerId = randomUUID();
    const first = [{ providerId: one, resources }];
    database.write((tx) => claim(tx, { consumerId, consumerGeneration: null, shares: first }));
    const before = listProviders(database);
    const shares = [
      { providerId: two, resources },
      { providerId: one, resources: { MEMORY_MB: 99_999 } },
    ];
    database.write((tx) => {
      expect(codeOf(() => claim(tx, { consumerId, consumerGeneration: 1, shares }))).toBe(
        'placement.no_capacity',
      );
    });
    expect(listProviders(database)).toEqual(before);
    expect(allocationsOf(database, consumerId)).toEqual(first);
  });

  it('counts what the consumer holds already as free', () => {
    const id = addHost(database, 'one');
    const consumerId = randomUUID();
    for (const [consumerGeneration_, MEMORY_MB] of [
      [null, 3584],
      [1, 3000],
      [2, 3584],
    ] as const) {
      const shares = [{ providerId: id, resources: { MEMORY_MB } }];
      database.write((tx) => claim(tx, { consumerId, consumerGeneration: consumerGeneration_, shares }));
    }
    expect(getProvider(database, id).usages.get('MEMORY_MB')).toBe(3584);
  });

  it('keeps to every generation that the caller has read', () => {
    const [one, two] = [addHost(database, 'one'), addHost(database, 'two')];
    const read = new Map(listProviders(database).map(({ id, generation }) => [id, generation]));
    const shares = [one, two].map((providerId) => ({
      providerId,
      providerGeneration: read.get(providerId) ?? 0,
      resources,
    }));
    database.write((tx) => setInventory(tx, two, 'two', 'CUSTOM_FPGA', { total: 4 }));
    const late = { consumerId: randomUUID(), consumerGeneration: null, shares };
    expect(codeOf(() => database.write((tx) => claim(tx, late)))).toBe('placement.concurrent_update');
    expect(allocationsOf(database, late.consumerId)).toEqual([]);
  });

  it('never leaves a half, a leak or too much behind, in whatever order', () => {
    const providers = ['one', 'two', 'three'].map((name) =>
      addHost(database, name, { vcpus: 1, ram: 1200, disk: 9 }),
    );
    const consumers = Array.from({ length: 5 }, () => randomUUID());
    const share = fc.record({ provider: fc.nat(2), vcpus: fc.nat(3), ram: fc.nat(700) });
    const step = fc.record({
      consumer: fc.nat(4),
      shares: fc.uniqueArray(share, { selector: ({ provider }) => provider, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const model = new Map<string, Map<string, Record<string, number>>>();
        for (const { consumer, shares } of steps) {
          const consumerId = consumers[consumer]!;
          const asked = shares.map(({ provider, vcpus, ram }) => ({
            providerId: providers[provider]!,
            resources: { VCPU: vcpus, MEMORY_MB: ram },
          }));
          const generation = consumerGeneration(database, consumerId);
          const request = { consumerId, consumerGeneration: generation, shares: asked };
          const code = codeOf(() => database.write((tx) => claim(tx, request)));
          const fits = asked.every(({ providerId, resources: wanted }) =>
            Object.entries(wanted).every(([name, amount]) => {
              const others = [...model].filter(([id]) => id !== consumerId);
              const used = others.reduce((sum, [, held]) => sum + (held.get(providerId)?.[name] ?? 0), 0);
              const capacity = name === 'VCPU' ? 4 : 688;
              return amount === 0 || (used + amount <= capacity && amount <= (name === 'VCPU' ? 1 : 1200));
            }),
          );
          expect(code).toBe(fits ? 'nothing was thrown' : 'placement.no_capacity');
          if (fits) model.set(consumerId, new Map(asked.map((one) => [one.providerId, one.resources])));
        }
        for (const { id, inventories, usages } of listProviders(database)) {
          for (const [name, used] of usages) {
            const held = [...model.values()].reduce((sum, one) => sum + (one.get(id)?.[name] ?? 0), 0);
            expect(used).toBe(held);
            expect(used).toBeLessThanOrEqual(capacityOf(inventories.get(name)!));
          }
        }
        database.write((tx) => consumers.forEach((id) => release(tx, id)));
      }),
      { numRuns: 60 },
    );
  });
});
