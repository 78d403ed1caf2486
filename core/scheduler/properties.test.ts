import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupPolicy } from '../contract/index.ts';
import { getSettings } from '../state/settings.ts';
import { readHostStates } from './host-states.ts';
import { FILTERS, WEIGHERS } from './parts.ts';
import { previewPlacement } from './preview.ts';
import type { SchedulingRequest } from './request.ts';
import { selectAmong } from './select.ts';
import { aRequest, FLAVOR, SchedulerKit } from './test-kit.ts';
import { weighAll } from './weigher.ts';

const RUNS = { numRuns: 25 };

interface World {
  readonly hosts: readonly { vcpus: number; ram: number; zone: boolean; ssd: boolean; enabled: boolean }[];
  readonly residents: readonly { host: number; inGroup: boolean }[];
  readonly policy: GroupPolicy | null;
  readonly most: number;
  readonly zone: boolean;
  readonly away: readonly number[];
}

const policies: readonly GroupPolicy[] = ['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity'];

const world: fc.Arbitrary<World> = fc.record({
  hosts: fc.array(
    fc.record({
      vcpus: fc.integer({ min: 1, max: 4 }),
      ram: fc.integer({ min: 512, max: 4096 }),
      zone: fc.boolean(),
      ssd: fc.boolean(),
      enabled: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  residents: fc.array(fc.record({ host: fc.nat(4), inGroup: fc.boolean() }), { maxLength: 6 }),
  policy: fc.option(fc.constantFrom(...policies)),
  most: fc.integer({ min: 1, max: 3 }),
  zone: fc.boolean(),
  away: fc.array(fc.nat(5), { maxLength: 2 }),
});

/** Builds a world, and the request that is asked of it. */
function build(kit: SchedulerKit, { hosts, residents, policy, most, zone, away }: World): SchedulingRequest {
  const ids = hosts.map(({ vcpus, ram, enabled }, n) => kit.addHost(`host ${n}`, { vcpus, ram, enabled }));
  const among = (test: (host: World['hosts'][number]) => boolean) => ids.filter((_, n) => test(hosts[n]!));
  kit.addAggregate(
    among((host) => host.zone),
    {},
    'rack',
  );
  kit.addAggregate(
    among((host) => host.ssd),
    { disk: 'ssd', ram_weight_multiplier: '2' },
  );
  const group = policy === null ? null : kit.addGroup(policy, policy === 'anti-affinity' ? most : 1);
  const names = residents.map(({ host, inGroup }, n) =>
    kit.addInstance(`resident ${n}`, ids[host % ids.length]!, {
      groupId: (inGroup ? group?.id : undefined) ?? null,
    }),
  );
  const different_host = away.flatMap((n) => names[n] ?? []);
  return aRequest({ group, availabilityZone: zone ? 'rack' : null, hints: { different_host } });
}

describe('over many worlds', () => {
  it('does not matter in which order the filters are asked', () => {
    const order = fc.shuffledSubarray(
      FILTERS.map(({ name }) => name),
      { minLength: FILTERS.length },
    );
    fc.assert(
      fc.property(world, order, (setting, names) => {
        using kit = new SchedulerKit();
        const request = build(kit, setting);
        const accepted = (enabledFilters: string[]) => {
          kit.settings({ enabledFilters });
          const { hosts, selected } = kit.decide(request);
          return { selected, hosts: hosts.filter((verdict) => verdict.accepted) };
        };
        expect(accepted(names)).toEqual(accepted(FILTERS.map(({ name }) => name)));
      }),
      RUNS,
    );
  });

  it('a preview of n is what n decisions with claims come to', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 12 }), (setting, count) => {
        using kit = new SchedulerKit();
        const request = build(kit, setting);
        kit.switchOn('DifferentHost');
        const preview = previewPlacement(readHostStates(kit.database), request, kit.policy(), count);
        const picks = Array.from({ length: count }, (_, n) => kit.launch(request, `new ${n}`).selected);
        const taken = picks.flatMap((pick) => pick ?? []);
        expect(preview.fitting).toBe(taken.length);
        const where = [...Map.groupBy(taken, (id) => id)].map(([id, all]) => [id, all.length]);
        expect(preview.placements.map(({ hostId, instances }) => [hostId, instances])).toEqual(where);
        expect(preview.shortfall === null).toBe(taken.length === count);
      }),
      RUNS,
    );
  });

  it('no policy of a group is ever broken by a decision', () => {
    fc.assert(
      fc.property(world, (setting) => {
        using kit = new SchedulerKit();
        const request = build(kit, { ...setting, residents: [] });
        for (let n = 0; n < 8; n += 1) kit.launch(request, `new ${n}`);
        const { group } = request;
        const counts = readHostStates(kit.database).map(
          ({ groupMembers }) => groupMembers.get(group?.id ?? '') ?? 0,
        );
        if (group?.policy === 'anti-affinity')
          expect(Math.max(...counts)).toBeLessThanOrEqual(group.maxServerPerHost);
        if (group?.policy === 'affinity') expect(counts.filter((n) => n > 0).length).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('every share is between 0 and 1, and the weight their sum; the best is first', () => {
    const multipliers = fc.dictionary(
      fc.constantFrom(...WEIGHERS.map(({ name }) => name)),
      fc.integer({ min: -5, max: 5 }),
    );
    fc.assert(
      fc.property(world, multipliers, (setting, chosen) => {
        using kit = new SchedulerKit();
        const request = build(kit, setting);
        kit.settings({ multipliers: chosen });
        const { scheduler } = getSettings(kit.database);
        const weighed = weighAll(WEIGHERS, readHostStates(kit.database), request, scheduler);
        for (const { weight, shares } of weighed) {
          const each = shares();
          for (const { normalized } of each) expect(normalized >= 0 && normalized <= 1).toBe(true);
          expect(weight).toBeCloseTo(each.reduce((sum, s) => sum + s.multiplier * s.normalized, 0));
        }
        const weights = weighed.map(({ weight }) => weight);
        expect(weights).toEqual(weights.toSorted((a, b) => b - a));
      }),
      RUNS,
    );
  });

  it('more room never makes a host refuse what it took', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 4 }), (setting, vcpus) => {
        using kit = new SchedulerKit();
        const request = { ...build(kit, setting), flavor: { ...FLAVOR, vcpus } };
        const states = readHostStates(kit.database);
        const accepted = (asked: SchedulingRequest) =>
          new Set(
            selectAmong(states, asked, kit.policy()).hosts.flatMap((v) => (v.accepted ? v.hostId : [])),
          );
        const smaller = accepted({ ...request, flavor: FLAVOR });
        for (const id of accepted(request)) expect(smaller.has(id)).toBe(true);
      }),
      RUNS,
    );
  });
});
