import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transition } from '../../state/instance-changes.ts';
import { aRequest, SchedulerKit, withImage } from '../test-kit.ts';

let kit: SchedulerKit;
let one: string;
let two: string;
beforeEach(() => {
  kit = new SchedulerKit();
  one = kit.addHost('one');
  two = kit.addHost('two');
});
afterEach(() => kit[Symbol.dispose]());

/** What a weigher says of each host, by name: raw and normalised. */
function shares(weigher: string, request = aRequest()): Record<string, [raw: number, normalized: number]> {
  const entries = kit.decide(request).hosts.map(({ hostName, weighers }): [string, [number, number]] => {
    const share = weighers.find(({ name }) => name === weigher);
    return [hostName, [share?.raw ?? Number.NaN, share?.normalized ?? Number.NaN]];
  });
  return Object.fromEntries(entries);
}

const best = (request = aRequest()) => kit.decide(request).selected;

describe('NumInstances', () => {
  beforeEach(() => void kit.addInstance('a', one));

  it('has no weight by default, spreads when it is negative and packs when it is positive', () => {
    expect(shares('NumInstances')).toEqual({ one: [1, 1], two: [0, 0] });
    expect(best()).toBe(one);
    kit.settings({ multipliers: { NumInstances: -1 } });
    expect(best()).toBe(two);
    kit.settings({ multipliers: { NumInstances: 1 } });
    expect(best()).toBe(one);
  });
});

describe('IoOps', () => {
  it('avoids a host that is building', () => {
    const a = kit.addInstance('a', one);
    kit.database.write((tx) => transition(tx, a, { set: { vmState: 'building' } }));
    expect(shares('IoOps')).toEqual({ one: [1, 1], two: [0, 0] });
    expect(best()).toBe(two);
  });
});

describe('HypervisorVersion', () => {
  it('prefers the newer one, by numbers and not by text', () => {
    const newer = kit.addHost('newer', { hypervisorVersion: '10.0.1' });
    expect(shares('HypervisorVersion')).toEqual({
      one: [7_002_000, 0],
      two: [7_002_000, 0],
      newer: [10_000_001, 1],
    });
    expect(best()).toBe(newer);
    kit.settings({ multipliers: { HypervisorVersion: -1 } });
    expect(best()).toBe(one);
  });
});

describe('ImageProperties', () => {
  beforeEach(() => {
    const image = kit.addImage({ os_distro: 'debian', hw_disk_bus: 'virtio' });
    kit.addInstance('a', two, { imageId: image });
    kit.addInstance('b', two, { imageId: image });
    kit.addInstance('c', one, { imageId: kit.addImage({ os_distro: 'windows' }) });
  });

  it('counts what images have in common, and has no weight by default', () => {
    const request = withImage({ os_distro: 'debian', hw_disk_bus: 'virtio', os_type: 'linux' });
    expect(shares('ImageProperties', request)).toEqual({ one: [0, 0], two: [4, 1] });
    expect(best(request)).toBe(one);
    kit.settings({ multipliers: { ImageProperties: 1 } });
    expect(best(request)).toBe(two);
    expect(best(withImage({ os_distro: 'windows' }))).toBe(one);
    kit.settings({ multipliers: { ImageProperties: -1 } });
    expect(best(withImage({ os_distro: 'windows' }))).toBe(two);
  });

  it('weighs nothing without an image', () => {
    expect(shares('ImageProperties')).toEqual({ one: [0, 0], two: [0, 0] });
  });
});

describe('soft groups', () => {
  it('go together', () => {
    const group = kit.addGroup('soft-affinity');
    kit.addInstance('a', two, { groupId: group.id });
    expect(shares('ServerGroupSoftAffinity', aRequest({ group }))).toEqual({ one: [0, 0], two: [1, 1] });
    expect(best(aRequest({ group }))).toBe(two);
    expect(best()).toBe(one);
  });

  it('keep apart', () => {
    const group = kit.addGroup('soft-anti-affinity');
    kit.addInstance('a', one, { groupId: group.id });
    expect(shares('ServerGroupSoftAntiAffinity', aRequest({ group }))).toEqual({ one: [-1, 0], two: [0, 1] });
    expect(best(aRequest({ group }))).toBe(two);
  });

  it('do not count the instance that is placed', () => {
    const group = kit.addGroup('soft-affinity');
    const instanceId = kit.addInstance('a', two, { groupId: group.id });
    expect(shares('ServerGroupSoftAffinity', aRequest({ group, instanceId }))['two']).toEqual([0, 0]);
  });
});

describe('RAM, CPU and disk', () => {
  it.each([
    ['RAM', { ram: 8192 + 512 }, 8192],
    ['CPU', { vcpus: 8 }, 32],
    ['Disk', { disk: 200 }, 200],
  ])('%s prefers more, measured from zero', (weigher, facts, most) => {
    kit.addHost('large', facts);
    const { large, one: small } = shares(weigher);
    expect(large).toEqual([most, 1]);
    expect(small?.[1]).toBeCloseTo((small?.[0] ?? 0) / most);
  });
});

describe('multipliers', () => {
  it('of an aggregate hold for its hosts alone', () => {
    kit.addHost('large', { ram: 9000 });
    const rack = kit.addHost('rack', { ram: 9000 });
    kit.addAggregate([rack], { ram_weight_multiplier: '-5', build_failure_weight_multiplier: '7' });
    const verdicts = new Map(kit.decide().hosts.map((verdict) => [verdict.hostName, verdict]));
    const multiplier = (host: string, weigher: string) =>
      verdicts.get(host)?.weighers.find(({ name }) => name === weigher)?.multiplier;
    expect([multiplier('large', 'RAM'), multiplier('rack', 'RAM')]).toEqual([1, -5]);
    // Nova's option for failed builds is positive, and counts against the host.
    expect([multiplier('large', 'BuildFailure'), multiplier('rack', 'BuildFailure')]).toEqual([
      -1_000_000, -7,
    ]);
    expect(kit.decide().hosts.at(-1)?.hostName).toBe('rack');
  });

  it('that are no numbers have no effect', () => {
    kit.addAggregate([one], { ram_weight_multiplier: 'heavy' });
    expect(kit.decide().hosts[0]?.weighers[0]).toMatchObject({ name: 'RAM', multiplier: 1 });
  });
});
