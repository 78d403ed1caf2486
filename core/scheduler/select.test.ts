import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allocationsOf, release } from '../placement/allocations.ts';
import { resourcesOf } from '../placement/demands.ts';
import { deleteHost, updateHost } from '../state/hosts.ts';
import { claimNext, noValidHost, scheduleAndClaim, withBuildFailure } from './claim.ts';
import { matches } from './extra-spec-operators.ts';
import { readHostStates } from './host-states.ts';
import { previewPlacement } from './preview.ts';
import { aRequest, FLAVOR, SchedulerKit, withImage, withSpecs } from './test-kit.ts';
import { normalize } from './weigher.ts';

let kit: SchedulerKit;
beforeEach(() => {
  kit = new SchedulerKit();
});
afterEach(() => kit[Symbol.dispose]());

describe('resources of a flavor', () => {
  it.each([
    [{}, { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 }],
    [{ disk: 0 }, { VCPU: 1, MEMORY_MB: 512, DISK_GB: 3 }],
    [
      { disk: 10, ephemeral: 5, swap: 1025 },
      { VCPU: 1, MEMORY_MB: 512, DISK_GB: 17 },
    ],
    [
      { extraSpecs: { 'resources:VCPU': '0', 'resources:CUSTOM_X': '2', 'resources:BAD': 'two' } },
      { VCPU: 0, MEMORY_MB: 512, DISK_GB: 1, CUSTOM_X: 2 },
    ],
  ])('%o', (change, resources) => {
    const image = { virtualSize: 2.5 * 1024 ** 3, properties: {} };
    expect(resourcesOf({ flavor: { ...FLAVOR, ...change }, image })).toEqual(resources);
  });
});

describe('filters', () => {
  it('Compute and placement say why, and how many each left', () => {
    kit.addHost('away', { connection: 'disconnected' });
    kit.addHost('broken', {
      connection: 'attention',
      connectionError: { code: 'transport.host_key_changed', message: 'the host key changed' },
    });
    kit.addHost('fine');
    kit.addHost('full', { ram: 1000 });
    kit.addHost('joining', { connection: 'connecting' });
    kit.addHost('off', { enabled: false, disabledReason: 'being repaired' });
    kit.addHost('strange', { unknown: true });
    kit.addHost('stranger', { unknown: true, connection: 'disconnected' });
    expect(kit.refusals()).toEqual({
      away: 'Compute: not connected',
      broken: 'Compute: not connected: the host key changed',
      full: 'placement: RAM: asked 512 MiB, free 488 of 488 (ratio 1.0, 512 reserved)',
      joining: 'Compute: still connecting',
      off: 'Compute: disabled: being repaired',
      strange: 'placement: has not told its resources yet',
      stranger: 'placement: has not told its resources yet (not connected)',
    });
    expect(kit.decide().counts).toEqual([
      { filter: 'placement', before: 8, after: 5 },
      { filter: 'Compute', before: 5, after: 1 },
      { filter: 'ComputeCapabilities', before: 1, after: 1 },
      { filter: 'ImageProperties', before: 1, after: 1 },
      { filter: 'ServerGroupAntiAffinity', before: 1, after: 1 },
      { filter: 'ServerGroupAffinity', before: 1, after: 1 },
    ]);
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ 'capabilities:cpu_info:arch': 'x86_64' }, undefined],
    [
      { 'capabilities:cpu_info:arch': 'aarch64' },
      'the flavor asks for cpu_info:arch aarch64, the host has x86_64',
    ],
    [{ 'capabilities:vcpus_total': '>= 4' }, undefined],
    [{ 'capabilities:vcpus_total': '>= 5' }, 'the flavor asks for vcpus_total >= 5, the host has 4'],
    [{ 'capabilities:constructor': 'x' }, 'the flavor asks for constructor x, which the host does not tell'],
    [{ hypervisor_type: 'xen' }, 'the flavor asks for hypervisor_type xen, the host has QEMU'],
    [{ 'hw:cpu_policy': 'dedicated', something: 'else' }, undefined],
  ])('ComputeCapabilities: %o', (specs, reason) => {
    kit.addHost('one');
    expect(kit.refusals(withSpecs(specs))['one']).toBe(reason && `ComputeCapabilities: ${reason}`);
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ hw_architecture: 'x86_64' }, undefined],
    [{ hw_architecture: 'amd64' }, undefined],
    [{ architecture: 'aarch64' }, 'the image wants architecture aarch64, the host offers x86_64'],
    [{ hw_machine_type: 'virt' }, 'the image wants hw_machine_type virt, the host offers pc, q35'],
    [{ hw_disk_bus: 'virtio', hw_video_model: 'none', hw_firmware_type: 'bios' }, undefined],
    [{ hw_firmware_type: 'uefi' }, 'the image wants hw_firmware_type uefi, the host offers bios'],
    [{ img_hv_type: 'xen' }, 'the image wants img_hv_type xen, the host offers qemu, kvm'],
    [{ os_distro: 'debian', constructor: 'x' }, undefined],
  ])('ImageProperties: %o', (properties, reason) => {
    kit.addHost('one');
    expect(kit.refusals(withImage(properties))['one']).toBe(reason && `ImageProperties: ${reason}`);
  });

  it('a host that was asked for is the only one', () => {
    kit.addHost('one', { ram: 9000 });
    const two = kit.addHost('two');
    const decision = kit.decide(aRequest({ requestedHostId: two }));
    expect(decision).toMatchObject({ selected: two, alternates: [] });
    expect(kit.refusals(aRequest({ requestedHostId: two }))).toEqual({
      one: 'RequestedHost: another host was asked for',
    });
  });
});

// The cases follow the documentation of the operators in nova/scheduler/filters/extra_specs_ops.py.
describe('operators of extra specs', () => {
  it.each([
    ['5', '= 3', true],
    ['2', '= 3', false],
    ['3', '== 3', true],
    ['3', '!= 3', false],
    ['4', '>= 4', true],
    ['4', '<= 3', false],
    ['abc', 's== abc', true],
    ['abc', 's!= abc', false],
    ['b', 's< a', false],
    ['b', 's>= a', true],
    ['x86_64', '<in> 86', true],
    ['x86_64', '<in> arm', false],
    ['b', '<or> a <or> b', true],
    ['c', '<or> a <or> b', false],
    ['QEMU', 'QEMU', true],
    ['QEMU', 'qemu', false],
    ['three', '>= 3', false],
    ['3', '>=', false],
  ])('%s and “%s”: %s', (value, wanted, holds) => {
    expect(matches(value, wanted)).toBe(holds);
  });
});

describe('weighing', () => {
  it.each([
    [
      [1, 2, 3],
      [0, 0.5, 1],
    ],
    [
      [7, 7],
      [0, 0],
    ],
    [
      [-5, 5],
      [0, 1],
    ],
    [[9], [0]],
  ])('normalizes %o to %o', (values, normalized) => {
    expect(normalize(values)).toEqual(normalized);
  });

  it('keeps the order of what it normalizes, between 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const normalized = normalize(values);
        expect(Math.min(...normalized)).toBe(0);
        expect(Math.max(...normalized)).toBe(new Set(values).size > 1 ? 1 : 0);
        const order = (list: readonly number[]) =>
          list.map((_, i) => i).toSorted((a, b) => list[a]! - list[b]! || a - b);
        expect(order(normalized)).toEqual(order(values));
      }),
    );
  });

  it('adds up multiplier × share, best first', () => {
    kit.addHost('a', { ram: 4096, vcpus: 4, disk: 100 });
    const b = kit.addHost('b', { ram: 8192, vcpus: 2, disk: 300 });
    kit.addHost('c', { ram: 2048, vcpus: 8, disk: 200 });
    const [best] = kit.decide().hosts;
    // RAM, CPU and disk are measured from zero, not from the least that a host has: `minval` of Nova's weighers.
    expect(best).toMatchObject({ hostId: b, accepted: true, weight: 2.25 });
    expect(best?.weighers).toEqual([
      { name: 'RAM', raw: 7680, normalized: 1, multiplier: 1 },
      { name: 'CPU', raw: 8, normalized: 0.25, multiplier: 1 },
      { name: 'Disk', raw: 300, normalized: 1, multiplier: 1 },
      { name: 'IoOps', raw: 0, normalized: 0, multiplier: -1 },
      { name: 'NumInstances', raw: 0, normalized: 0, multiplier: 0 },
      { name: 'ServerGroupSoftAffinity', raw: 0, normalized: 0, multiplier: 1 },
      { name: 'ServerGroupSoftAntiAffinity', raw: 0, normalized: 0, multiplier: 1 },
      { name: 'BuildFailure', raw: 0, normalized: 0, multiplier: -1_000_000 },
      { name: 'HypervisorVersion', raw: 7_002_000, normalized: 0, multiplier: 1 },
      { name: 'ImageProperties', raw: 0, normalized: 0, multiplier: 0 },
    ]);
  });

  it('puts a host where builds failed last, however large it is', () => {
    const big = kit.addHost('big', { ram: 900_000, vcpus: 128, disk: 90_000, buildFailures: 1 });
    const little = kit.addHost('little');
    expect(kit.decide()).toMatchObject({ selected: little, alternates: [big] });
  });

  it('gives a pick and two alternates', () => {
    for (const name of ['a', 'b', 'c', 'd']) kit.addHost(name);
    const { alternates, hosts } = kit.decide();
    expect(alternates).toHaveLength(2);
    expect(hosts.filter((verdict) => verdict.accepted)).toHaveLength(4);
  });
});

describe('claiming', () => {
  const id = randomUUID();

  it('fills the best host and then the next, never beyond', () => {
    kit.addHost('one', { ram: 1536 });
    kit.addHost('two', { ram: 2048 });
    const picks = Array.from({ length: 6 }, () =>
      kit.database.write((tx) => scheduleAndClaim(tx, randomUUID(), aRequest()).selected),
    );
    expect(picks.filter((pick) => pick !== null)).toHaveLength(5);
    expect(picks.at(-1)).toBeNull();
  });

  it('goes to the next alternate that still will do, and says what became of the others', () => {
    const [one, two, three] = [
      kit.addHost('one', { ram: 9000 }),
      kit.addHost('two', { ram: 8000 }),
      kit.addHost('three'),
    ];
    const first = kit.database.write((tx) => scheduleAndClaim(tx, id, aRequest()));
    expect(first).toMatchObject({ selected: one, alternates: [two, three] });
    const second = kit.database.write((tx) => {
      release(tx, id);
      updateHost(tx, two, { connection: 'disconnected' });
      return claimNext(tx, id, aRequest(), withBuildFailure(first, one, 'define failed: it broke'));
    });
    expect(second).toMatchObject({ selected: three, alternates: [] });
    expect(allocationsOf(kit.database, id).map((allocation) => allocation.providerId)).toEqual([three]);
    const last = kit.database.write((tx) => {
      release(tx, id);
      return claimNext(tx, id, aRequest(), withBuildFailure(second, three, 'start failed: it broke'));
    });
    expect(last.selected).toBeNull();
    const { message, details } = noValidHost(last);
    for (const reason of ['define failed', 'not connected', 'start failed'])
      expect(message).toContain(reason);
    expect(details?.['hosts']).toHaveLength(3);
  });
});

function preview(count: number) {
  return previewPlacement(readHostStates(kit.database), aRequest(), kit.policy(), count);
}

describe('a preview of several', () => {
  it('lets each see what those before it would take, and claims nothing', () => {
    const small = kit.addHost('small', { vcpus: 1, ram: 512 + 1024 });
    const large = kit.addHost('large', { vcpus: 2, ram: 512 + 2048 });
    const answer = preview(8);
    expect(answer).toMatchObject({ selected: large, fitting: 6 });
    expect(answer.placements).toEqual([
      { hostId: large, hostName: 'large', instances: 4 },
      { hostId: small, hostName: 'small', instances: 2 },
    ]);
    expect(answer.shortfall).toMatchObject({
      code: 'scheduler.no_valid_host',
      message: expect.stringContaining('RAM: asked 512 MiB, free 0'),
    });
    expect(preview(6)).toMatchObject({ fitting: 6, shortfall: null });
  });

  it('says of the first one why no host takes it', () => {
    kit.addHost('off', { enabled: false });
    const answer = preview(3);
    expect(answer).toMatchObject({ selected: null, fitting: 0, placements: [] });
    expect(answer.shortfall?.message).toContain('off');
  });

  it('finds room for as many as can be claimed one after the other', () => {
    const add = fc.record({
      vcpus: fc.integer({ min: 1, max: 4 }),
      ram: fc.integer({ min: 512, max: 4096 }),
    });
    const hosts = fc.array(add, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 12 }), (facts, count) => {
        const ids = facts.map((values, n) => kit.addHost(`${randomUUID()}-${n}`, values));
        const answer = preview(count);
        const taken = Array.from({ length: count }, () =>
          kit.database.write((tx) => scheduleAndClaim(tx, randomUUID(), aRequest())),
        ).flatMap(({ selected }) => selected ?? []);
        expect(answer.fitting).toBe(taken.length);
        kit.database.write((tx) => ids.forEach((id) => deleteHost(tx, id)));
      }),
      { numRuns: 30 },
    );
  });
});
