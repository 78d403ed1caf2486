import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Decision, type Host } from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import { allocationsOf, release } from '../placement/allocations.ts';
import { refreshInventory } from '../placement/inventories.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { deleteHost, insertHost, type StoredFacts, updateHost } from '../state/hosts.ts';
import { claimNext, noValidHost, scheduleAndClaim, withBuildFailure } from './claim.ts';
import { matches } from './extra-spec-operators.ts';
import { previewPlacement } from './preview.ts';
import { resourcesOf, type SchedulingRequest } from './request.ts';
import { selectDestinations } from './select.ts';
import { normalize } from './weigher.ts';

let database: Database;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(() => database.close());

const FACTS: StoredFacts = {
  hostname: 'host',
  libvirtVersion: '9.0.0',
  hypervisorVersion: '7.2.0',
  arch: 'x86_64',
  cpuModel: 'qemu64',
  vcpus: 4,
  ram: 4096,
  disk: 100,
  uptime: 1,
  virtType: 'qemu',
  virtReason: null,
  supports: {
    machines: ['pc', 'q35'],
    diskBuses: ['virtio', 'ide'],
    videoModels: ['vga'],
    firmware: ['bios'],
  },
};

interface HostValues extends Partial<StoredFacts> {
  readonly connection?: Host['connection'];
  readonly connectionError?: Host['connectionError'];
  readonly enabled?: boolean;
  readonly disabledReason?: string;
  readonly buildFailures?: number;
  readonly unknown?: boolean;
}

function addHost(name: string, values: HostValues = {}): string {
  const {
    connection = 'connected',
    connectionError,
    enabled,
    disabledReason,
    buildFailures,
    unknown,
    ...rest
  } = values;
  const id = randomUUID();
  const facts = { ...FACTS, ...rest };
  database.write((tx) => {
    const address = { kind: 'local', uri: 'qemu:///system' } as const;
    const own = { id, name, address, pool: 'p', network: 'n', virtMode: 'automatic' } as const;
    insertHost(tx, { ...own, createdAt: timestamp() });
    if (!unknown) refreshInventory(tx, id, name, facts);
    updateHost(tx, id, { connection, connectionError, enabled, disabledReason, buildFailures, facts });
  });
  return id;
}

const flavor = {
  id: '1',
  name: 'm1.tiny',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};
const request = (change: Partial<SchedulingRequest> = {}): SchedulingRequest => ({
  flavor,
  image: null,
  requestedHostId: null,
  ...change,
});
const withSpecs = (extraSpecs: Record<string, string>) => request({ flavor: { ...flavor, extraSpecs } });
const withImage = (properties: Record<string, string>) => request({ image: { virtualSize: 0, properties } });

function decide(what = request()): Decision {
  return Decision.parse(selectDestinations(database, what));
}

function refusals(what = request()): Record<string, string> {
  const refused = decide(what).hosts.filter((verdict) => !verdict.accepted);
  return Object.fromEntries(refused.map((v) => [v.hostName, `${v.filter}: ${v.reason}`]));
}

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
    expect(resourcesOf({ flavor: { ...flavor, ...change }, image })).toEqual(resources);
  });
});

describe('filters', () => {
  it('Compute and placement say why, and how many each left', () => {
    addHost('away', { connection: 'disconnected' });
    addHost('broken', {
      connection: 'attention',
      connectionError: { code: 'transport.host_key_changed', message: 'the host key changed' },
    });
    addHost('fine');
    addHost('full', { ram: 1000 });
    addHost('joining', { connection: 'connecting' });
    addHost('off', { enabled: false, disabledReason: 'being repaired' });
    addHost('strange', { unknown: true });
    addHost('stranger', { unknown: true, connection: 'disconnected' });
    expect(refusals()).toEqual({
      away: 'Compute: not connected',
      broken: 'Compute: not connected: the host key changed',
      full: 'placement: RAM: asked 512 MiB, free 488 of 488 (ratio 1.0, 512 reserved)',
      joining: 'Compute: still connecting',
      off: 'Compute: disabled: being repaired',
      strange: 'placement: has not told its resources yet',
      stranger: 'placement: has not told its resources yet (not connected)',
    });
    expect(decide().counts).toEqual([
      { filter: 'placement', before: 8, after: 5 },
      { filter: 'Compute', before: 5, after: 1 },
      { filter: 'ComputeCapabilities', before: 1, after: 1 },
      { filter: 'ImageProperties', before: 1, after: 1 },
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
    addHost('one');
    expect(refusals(withSpecs(specs))['one']).toBe(reason && `ComputeCapabilities: ${reason}`);
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
    addHost('one');
    expect(refusals(withImage(properties))['one']).toBe(reason && `ImageProperties: ${reason}`);
  });

  it('a host that was asked for is the only one', () => {
    addHost('one', { ram: 9000 });
    const two = addHost('two');
    const decision = decide(request({ requestedHostId: two }));
    expect(decision).toMatchObject({ selected: two, alternates: [] });
    expect(refusals(request({ requestedHostId: two }))).toEqual({
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
    addHost('a', { ram: 4096, vcpus: 4, disk: 100 });
    const b = addHost('b', { ram: 8192, vcpus: 2, disk: 300 });
    addHost('c', { ram: 2048, vcpus: 8, disk: 200 });
    const [best] = decide().hosts;
    expect(best).toMatchObject({ hostId: b, accepted: true, weight: 2 });
    expect(best?.weighers).toEqual([
      { name: 'RAM', raw: 7680, normalized: 1, multiplier: 1 },
      { name: 'CPU', raw: 8, normalized: 0, multiplier: 1 },
      { name: 'Disk', raw: 300, normalized: 1, multiplier: 1 },
      { name: 'IoOps', raw: 0, normalized: 0, multiplier: -1 },
      { name: 'BuildFailure', raw: 0, normalized: 0, multiplier: -1_000_000 },
    ]);
  });

  it('puts a host where builds failed last, however large it is', () => {
    const big = addHost('big', { ram: 900_000, vcpus: 128, disk: 90_000, buildFailures: 1 });
    const little = addHost('little');
    expect(decide()).toMatchObject({ selected: little, alternates: [big] });
  });

  it('gives a pick and two alternates', () => {
    for (const name of ['a', 'b', 'c', 'd']) addHost(name);
    const { alternates, hosts } = decide();
    expect(alternates).toHaveLength(2);
    expect(hosts.filter((verdict) => verdict.accepted)).toHaveLength(4);
  });
});

describe('claiming', () => {
  const id = randomUUID();

  it('fills the best host and then the next, never beyond', () => {
    addHost('one', { ram: 1536 });
    addHost('two', { ram: 2048 });
    const picks = Array.from({ length: 6 }, () =>
      database.write((tx) => scheduleAndClaim(tx, randomUUID(), request()).selected),
    );
    expect(picks.filter((pick) => pick !== null)).toHaveLength(5);
    expect(picks.at(-1)).toBeNull();
  });

  it('goes to the next alternate that still will do, and says what became of the others', () => {
    const [one, two, three] = [
      addHost('one', { ram: 9000 }),
      addHost('two', { ram: 8000 }),
      addHost('three'),
    ];
    const first = database.write((tx) => scheduleAndClaim(tx, id, request()));
    expect(first).toMatchObject({ selected: one, alternates: [two, three] });
    const second = database.write((tx) => {
      release(tx, id);
      updateHost(tx, two, { connection: 'disconnected' });
      return claimNext(tx, id, request(), withBuildFailure(first, one, 'define failed: it broke'));
    });
    expect(second).toMatchObject({ selected: three, alternates: [] });
    expect(allocationsOf(database, id).map((allocation) => allocation.providerId)).toEqual([three]);
    const last = database.write((tx) => {
      release(tx, id);
      return claimNext(tx, id, request(), withBuildFailure(second, three, 'start failed: it broke'));
    });
    expect(last.selected).toBeNull();
    const { message, details } = noValidHost(last);
    for (const reason of ['define failed', 'not connected', 'start failed'])
      expect(message).toContain(reason);
    expect(details?.['hosts']).toHaveLength(3);
  });
});

describe('a preview of several', () => {
  it('lets each see what those before it would take, and claims nothing', () => {
    const small = addHost('small', { vcpus: 1, ram: 512 + 1024 });
    const large = addHost('large', { vcpus: 2, ram: 512 + 2048 });
    const preview = previewPlacement(database, request(), 8);
    expect(preview).toMatchObject({ selected: large, fitting: 6 });
    expect(preview.placements).toEqual([
      { hostId: large, hostName: 'large', instances: 4 },
      { hostId: small, hostName: 'small', instances: 2 },
    ]);
    expect(preview.shortfall).toMatchObject({
      code: 'scheduler.no_valid_host',
      message: expect.stringContaining('RAM: asked 512 MiB, free 0'),
    });
    expect(previewPlacement(database, request(), 6)).toMatchObject({ fitting: 6, shortfall: null });
  });

  it('says of the first one why no host takes it', () => {
    addHost('off', { enabled: false });
    const preview = previewPlacement(database, request(), 3);
    expect(preview).toMatchObject({ selected: null, fitting: 0, placements: [] });
    expect(preview.shortfall?.message).toContain('off');
  });

  it('finds room for as many as can be claimed one after the other', () => {
    const add = fc.record({
      vcpus: fc.integer({ min: 1, max: 4 }),
      ram: fc.integer({ min: 512, max: 4096 }),
    });
    const hosts = fc.array(add, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 12 }), (facts, count) => {
        const ids = facts.map((values, n) => addHost(`${randomUUID()}-${n}`, values));
        const preview = previewPlacement(database, request(), count);
        const taken = Array.from({ length: count }, () =>
          database.write((tx) => scheduleAndClaim(tx, randomUUID(), request())),
        ).flatMap(({ selected }) => selected ?? []);
        expect(preview.fitting).toBe(taken.length);
        database.write((tx) => ids.forEach((id) => deleteHost(tx, id)));
      }),
      { numRuns: 30 },
    );
  });
});
