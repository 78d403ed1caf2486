import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExpected } from '../domain/errors.ts';
import { claim, release } from '../placement/allocations.ts';
import { demandOf } from '../placement/demands.ts';
import { getProvider, listProviders } from '../placement/providers.ts';
import { capacityOf } from '../placement/resources.ts';
import { databaseFile } from '../state/database.ts';
import { transition } from '../state/instance-changes.ts';
import { checkHistory, type Entry, type Start } from './claim-history.ts';
import { scheduleAndClaim } from './claim.ts';
import { selectDestinations } from './select.ts';
import { aRequest, FLAVOR, SchedulerKit } from './test-kit.ts';

/** From 0 up to 1; the same for the same seed. Mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Contest {
  readonly kit: SchedulerKit;
  readonly random: () => number;
  readonly history: Entry[];
  readonly request: ReturnType<typeof aRequest>;
  /** how often one gives back what it got, 0…1 */
  readonly fickle: number;
  conflicts: number;
}

/**
 * Decides on what it has read, lets others go ahead, and claims on the generations that it read: again and again, until no
 * host has room. Each `yield` is a moment in which any other claimer may act.
 */
function* claimer(contest: Contest, name: string): Generator<void, void, void> {
  const { kit, random, history, request } = contest;
  const { database } = kit;
  const { resources } = demandOf(request);
  for (let n = 0; ;) {
    const consumerId = `${name}-${n}`;
    const decision = selectDestinations(database, request, random);
    const generations = new Map(listProviders(database).map(({ id, generation }) => [id, generation]));
    const providerId = decision.selected;
    if (providerId === null) {
      const seen = [...generations].map(([id, generation]) => ({ providerId: id, generation }));
      history.push({ kind: 'refused', consumerId, resources, seen });
      return;
    }
    yield;
    const providerGeneration = generations.get(providerId) ?? -1;
    const shares = [{ providerId, providerGeneration, resources }];
    try {
      database.write((tx) => claim(tx, { consumerId, consumerGeneration: null, shares }));
    } catch (error) {
      if (!isExpected(error, 'placement.concurrent_update')) throw error;
      contest.conflicts += 1;
      continue;
    }
    history.push({ kind: 'claimed', consumerId, providerId, resources, generation: providerGeneration + 1 });
    n += 1;
    if (random() >= contest.fickle) continue;
    yield;
    const { generation } = database.write((tx) => {
      release(tx, consumerId);
      return getProvider(tx, providerId);
    });
    history.push({ kind: 'released', consumerId, providerId, resources, generation });
  }
}

/** Lets the claimers act in an order that the seed says, until each was refused. */
function hold(contest: Contest, claimers: number): void {
  const running = Array.from({ length: claimers }, (_, n) => claimer(contest, `c${n}`));
  while (running.length > 0) {
    const index = Math.floor(contest.random() * running.length);
    if (running[index]?.next().done) running.splice(index, 1);
  }
}

function startOf({ database }: SchedulerKit): Map<string, Start> {
  return new Map(
    listProviders(database).map(({ id, generation, inventories }) => [
      id,
      {
        generation,
        capacity: Object.fromEntries(
          [...inventories].map(([name, inventory]) => [name, capacityOf(inventory)]),
        ),
      },
    ]),
  );
}

const granted = (history: readonly Entry[]) =>
  history.reduce((sum, { kind }) => sum + (kind === 'claimed' ? 1 : kind === 'released' ? -1 : 0), 0);

describe('claimers at once', () => {
  it('64 on 100 hosts get exactly what there is, and are refused only when it is gone', () => {
    using kit = new SchedulerKit();
    // Each host has room for two, to the MiB: 512 are reserved.
    for (let n = 0; n < 100; n++) kit.addHost(`host${n}`, { ram: 512 + 2 * FLAVOR.ram });
    kit.settings({ hostSubsetSize: 8 });
    const start = startOf(kit);
    const history: Entry[] = [];
    const contest = { kit, random: randomOf(1), history, request: aRequest(), fickle: 0.1, conflicts: 0 };
    hold(contest, 64);
    expect(checkHistory(contest.history, start)).toEqual([]);
    expect(granted(contest.history)).toBe(200);
    expect(contest.history.filter(({ kind }) => kind === 'refused')).toHaveLength(64);
    expect(contest.conflicts).toBeGreaterThan(50);
  });

  it('leave a history that some serial order explains, whatever the seed', () => {
    const hosts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 });
    const how = fc.record({
      seed: fc.integer(),
      hosts,
      claimers: fc.integer({ min: 1, max: 12 }),
      subset: fc.integer({ min: 1, max: 4 }),
      fickle: fc.constantFrom(0, 0.2, 0.6),
    });
    fc.assert(
      fc.property(how, ({ seed, hosts: rooms, claimers, subset, fickle }) => {
        using kit = new SchedulerKit();
        for (const [n, room] of rooms.entries()) kit.addHost(`host${n}`, { ram: 512 + room * FLAVOR.ram });
        kit.settings({ hostSubsetSize: subset });
        const start = startOf(kit);
        const contest = {
          kit,
          random: randomOf(seed),
          history: [],
          request: aRequest(),
          fickle,
          conflicts: 0,
        };
        hold(contest, claimers);
        expect(checkHistory(contest.history, start)).toEqual([]);
        const used = listProviders(kit.database).reduce(
          (sum, { usages }) => sum + (usages.get('VCPU') ?? 0),
          0,
        );
        expect(used).toBe(granted(contest.history));
      }),
      { numRuns: 60 },
    );
  });

  it('that decide and claim in one transaction, as the conductor does, fill a file of hosts to the last MiB', async () => {
    const home = mkdtempSync(join(tmpdir(), 'micronova-contention-'));
    try {
      using kit = new SchedulerKit(databaseFile(home));
      for (let n = 0; n < 20; n++) kit.addHost(`host${n}`, { ram: 512 + FLAVOR.ram });
      const ids = Array.from({ length: 24 }, (_, n) => kit.addInstance(`i${n}`, null));
      const launch = async (id: string) => {
        await new Promise((done) => setImmediate(done));
        return kit.database.write((tx) => {
          const { selected } = scheduleAndClaim(tx, id, aRequest({ instanceId: id }), () => 0);
          transition(tx, id, { set: { hostId: selected } });
          return selected;
        });
      };
      const picked = (await Promise.all(ids.map(launch))).filter((hostId) => hostId !== null);
      expect([picked.length, new Set(picked).size]).toEqual([20, 20]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
