import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../tests/fakes/api.ts';
import type { ContractEvent, Host } from '../contract/index.ts';
import { markDeleted, transition } from '../state/instance-changes.ts';
import { removeHost } from './host-remove.ts';

let api: Api;
let one: Host;
let two: Host;
beforeEach(async () => {
  api = openApi();
  one = api.addHost('one');
  two = api.addHost('two');
  api.addImage();
  await api.addFlavor();
});
afterEach(() => api[Symbol.dispose]());

const refused = (code: string, field: string, words = '') =>
  expect.objectContaining({
    code,
    field,
    remedy: expect.any(String),
    message: expect.stringContaining(words),
  });

const request = { name: 'web', flavor: 'm1.tiny', image: 'tiny' };
const question = { flavor: 'm1.tiny', image: 'tiny' };

async function launch(change: object = {}) {
  const [accepted] = await api.call('instance.create', { ...request, ...change });
  if (accepted === undefined) throw new Error('nothing was accepted');
  return accepted.instance;
}

/** As if the conductor had built it there. */
function put(id: string, hostId: string) {
  api.database.write((tx) => transition(tx, id, { set: { hostId, vmState: 'active', taskState: null } }));
}

function told<T extends ContractEvent['type']>(type: T) {
  return api.events.filter((event): event is Extract<ContractEvent, { type: T }> => event.type === type);
}

describe('aggregates', () => {
  it('are made with hosts, metadata and a zone, and tell all that this changes', async () => {
    const aggregate = await api.call('aggregate.create', {
      name: 'rack 1',
      availabilityZone: 'rack-1',
      metadata: { disk: 'ssd' },
      hosts: ['one'],
    });
    expect(aggregate).toMatchObject({ name: 'rack 1', availabilityZone: 'rack-1', hostIds: [one.id] });
    expect(await api.call('aggregate.list', {})).toEqual([aggregate]);
    expect(told('aggregate.changed').at(-1)?.value).toEqual(aggregate);
    expect(told('host.changed').at(-1)?.value).toMatchObject({
      id: one.id,
      availabilityZone: 'rack-1',
      aggregateIds: [aggregate.id],
    });
  });

  it('are changed: name, zone, metadata and hosts, each by itself', async () => {
    await api.call('aggregate.create', { name: 'a', metadata: { disk: 'ssd', size: '1' }, hosts: ['one'] });
    const set = await api.call('aggregate.set', {
      ref: 'a',
      name: 'b',
      metadata: { size: '2' },
      unsetMetadata: ['disk'],
      addHosts: ['two', 'one'],
    });
    expect(set).toMatchObject({ name: 'b', availabilityZone: null, metadata: { size: '2' } });
    expect(set.hostIds).toEqual([one.id, two.id]);
    const seen = api.events.length;
    await api.call('aggregate.set', { ref: 'b', availabilityZone: 'z' });
    const zones = told('host.changed').map(({ value }) => value);
    expect(zones.slice(-2).map(({ name, availabilityZone }) => [name, availabilityZone])).toEqual([
      ['one', 'z'],
      ['two', 'z'],
    ]);
    expect(api.events.length - seen).toBe(3);
    await api.call('aggregate.set', { ref: 'b', removeHosts: ['one'], availabilityZone: null });
    expect(await api.call('host.show', { ref: 'one' })).toMatchObject({
      availabilityZone: 'nova',
      aggregateIds: [],
    });
  });

  it('refuse a host in two zones, and name it and the other aggregate', async () => {
    await api.call('aggregate.create', { name: 'a', availabilityZone: 'x', hosts: ['one'] });
    const conflict = refused('aggregate.zone_conflict', 'availabilityZone', '“one” is in the zone “x”');
    await expect(
      api.call('aggregate.create', { name: 'b', availabilityZone: 'y', hosts: ['two', 'one'] }),
    ).rejects.toEqual(conflict);
    await api.call('aggregate.create', { name: 'b', availabilityZone: 'y', hosts: ['two'] });
    await expect(api.call('aggregate.set', { ref: 'b', addHosts: ['one'] })).rejects.toEqual(conflict);
    await api.call('aggregate.create', { name: 'c', hosts: ['one'] });
    await expect(api.call('aggregate.set', { ref: 'c', availabilityZone: 'y' })).rejects.toEqual(conflict);
    // Two aggregates of one zone may share a host.
    await api.call('aggregate.set', { ref: 'c', availabilityZone: 'x' });
    expect((await api.call('aggregate.list', {})).map(({ name, hostIds }) => [name, hostIds.length])).toEqual(
      [
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ],
    );
  });

  it('refuse to take a host out of the zone that instances on it asked for', async () => {
    await api.call('aggregate.create', { name: 'a', availabilityZone: 'x', hosts: ['one'] });
    put((await launch({ availabilityZone: 'x' })).id, one.id);
    const conflict = refused('conflict', 'availabilityZone', 'asked for the zone “x”: “web”');
    await expect(api.call('aggregate.set', { ref: 'a', removeHosts: ['one'] })).rejects.toEqual(conflict);
    await expect(api.call('aggregate.set', { ref: 'a', availabilityZone: 'y' })).rejects.toEqual(conflict);
    await api.call('aggregate.set', { ref: 'a', addHosts: ['two'] });
  });

  it.each([
    ['aggregate.create', { name: 'a' }, 'name_taken', 'name'],
    ['aggregate.create', { name: 'b', hosts: ['no'] }, 'host.not_found', 'hosts'],
    ['aggregate.set', { ref: 'no' }, 'aggregate.not_found', 'ref'],
    ['aggregate.set', { ref: 'a', addHosts: ['no'] }, 'host.not_found', 'addHosts'],
    ['aggregate.set', { ref: 'a', removeHosts: ['two'] }, 'host.not_found', 'removeHosts'],
    ['aggregate.delete', { ref: 'a' }, 'conflict', 'ref'],
    [
      'aggregate.set',
      { ref: 'a', metadata: { ram_weight_multiplier: 'heavy' } },
      'bad_input',
      'metadata.ram_weight_multiplier',
    ],
    [
      'aggregate.create',
      { name: 'b', metadata: { max_io_ops_per_host: '' } },
      'bad_input',
      'metadata.max_io_ops_per_host',
    ],
  ])('%s %j is refused with %s', async (method, input, code, field) => {
    const before = await api.call('aggregate.create', { name: 'a', hosts: ['one'] });
    await expect(api.raw(method, input)).rejects.toEqual(refused(code, field));
    expect(await api.call('aggregate.list', {})).toEqual([before]);
  });

  it('have at most 128 items of metadata, those that were there counted', async () => {
    const many = Object.fromEntries(Array.from({ length: 128 }, (_, n) => [`k${n}`, 'v']));
    await api.call('aggregate.create', { name: 'a', metadata: many });
    await expect(api.call('aggregate.set', { ref: 'a', metadata: { more: 'v' } })).rejects.toEqual(
      refused('bad_input', 'metadata'),
    );
  });

  it('lose a host that is removed, and go when they are empty', async () => {
    const { id } = await api.call('aggregate.create', { name: 'a', hosts: ['one'] });
    api.database.write((tx) => removeHost(tx, one.id, false));
    expect(told('aggregate.changed').at(-1)?.value.hostIds).toEqual([]);
    await api.call('aggregate.delete', { ref: 'a' });
    expect(told('deleted').at(-1)).toMatchObject({ resource: 'aggregate', id });
  });
});

describe('availability zones', () => {
  it('are those of aggregates, and “nova” for the hosts in none', async () => {
    await api.call('aggregate.create', { name: 'a', availabilityZone: 'x', hosts: ['one'] });
    await api.call('aggregate.create', { name: 'b', availabilityZone: 'empty' });
    await api.call('host.set', { ref: 'two', enabled: false });
    expect(await api.call('availabilityZone.list', {})).toEqual([
      { name: 'empty', available: false, hostIds: [] },
      { name: 'nova', available: false, hostIds: [two.id] },
      { name: 'x', available: true, hostIds: [one.id] },
    ]);
  });
});

describe('server groups', () => {
  it('know their members from the moment that they are asked for until they are gone', async () => {
    const group = await api.call('serverGroup.create', { name: 'db', policy: 'anti-affinity' });
    expect(group).toMatchObject({ maxServerPerHost: 1, memberIds: [] });
    const { id } = await launch({ group: 'db' });
    const [told1] = told('serverGroup.changed').slice(-1);
    expect(told1?.value.memberIds).toEqual([id]);
    expect(told1?.value.revision).toBeGreaterThan(group.revision);
    expect(await api.call('serverGroup.list', {})).toEqual([told1?.value]);
    expect(await api.call('instance.show', { ref: id })).toMatchObject({
      groupId: group.id,
      groupName: 'db',
    });
    await expect(api.call('serverGroup.delete', { ref: 'db' })).rejects.toEqual(
      refused('server_group.in_use', 'ref', '“web”'),
    );
    api.database.write((tx) => markDeleted(tx, id));
    expect(told('serverGroup.changed').at(-1)?.value.memberIds).toEqual([]);
    await api.call('serverGroup.delete', { ref: 'db' });
    expect(await api.call('serverGroup.list', {})).toEqual([]);
  });

  it('may share a name; then commands ask for the id', async () => {
    await api.call('serverGroup.create', { name: 'g', policy: 'affinity' });
    await api.call('serverGroup.create', { name: 'g', policy: 'soft-affinity' });
    await expect(api.call('serverGroup.delete', { ref: 'g' })).rejects.toEqual(refused('ambiguous', 'ref'));
    await expect(launch({ group: 'g' })).rejects.toEqual(refused('ambiguous', 'group'));
  });

  it('of another policy than anti-affinity have no limit for each host', async () => {
    await expect(
      api.call('serverGroup.create', { name: 'g', policy: 'affinity', maxServerPerHost: 2 }),
    ).rejects.toEqual(refused('bad_input', 'maxServerPerHost'));
    await expect(api.call('serverGroup.delete', { ref: 'no' })).rejects.toEqual(
      refused('server_group.not_found', 'ref'),
    );
  });
});

describe('what a launch says of the place', () => {
  it('is kept with the instance, unknown hints as they are and instances by their ids', async () => {
    const db = await launch({ name: 'db' });
    await api.call('aggregate.create', { name: 'a', availabilityZone: 'x', hosts: ['one'] });
    const hints = { colour: ['red', 'blue'], same_host: 'db', different_host: [db.id], query: '["=", 1, 1]' };
    const instance = await launch({ availabilityZone: 'x', hints });
    expect(instance).toMatchObject({
      requestedZone: 'x',
      hints: { ...hints, same_host: [db.id], different_host: [db.id] },
    });
  });

  it('takes a group as a hint, too', async () => {
    const { id } = await api.call('serverGroup.create', { name: 'g', policy: 'affinity' });
    expect(await launch({ hints: { group: id } })).toMatchObject({ groupId: id, hints: { group: id } });
    expect(await launch({ hints: { group: 'g' }, group: id })).toMatchObject({ groupId: id });
  });

  it.each<[object, string, string, string]>([
    [{ availabilityZone: 'mars' }, 'bad_input', 'availabilityZone', '“mars”'],
    [{ hostChecks: false }, 'bad_input', 'hostChecks', 'a host that is named'],
    [{ group: 'no' }, 'server_group.not_found', 'group', '“no”'],
    [{ hints: { group: 'no' } }, 'server_group.not_found', 'hints.group', '“no”'],
    [{ group: 'g', hints: { group: 'h' } }, 'bad_input', 'hints.group', '“h”'],
    [{ group: 'g', project: 'lab' }, 'bad_input', 'group', 'another project'],
    [{ hints: { same_host: 'no' } }, 'instance.not_found', 'hints.same_host', '“no”'],
    [{ hints: { different_host: [randomUUID()] } }, 'instance.not_found', 'hints.different_host', ''],
    [{ hints: { query: '[' } }, 'bad_input', 'hints.query', 'is no JSON'],
    [{ hints: { query: '["!=", 1, 2]' } }, 'bad_input', 'hints.query', 'operator "!="'],
    [{ hints: { query: ['7'] } }, 'bad_input', 'hints.query', 'must be a list'],
    [
      { hints: Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`k${n}`, 'v'])) },
      'bad_input',
      'hints',
      'at most 128',
    ],
    [{ hints: { build_near_host_ip: 'here' } }, 'bad_input', 'hints.build_near_host_ip', 'is no IP address'],
    [{ hints: { build_near_host_ip: '10.0.0.1', cidr: '/33' } }, 'bad_input', 'hints.cidr', '/32'],
    [{ hints: { build_near_host_ip: '10.0.0.1', cidr: 'x' } }, 'bad_input', 'hints.cidr', ''],
  ])('%j is refused with %s of %s, and nothing is kept', async (change, code, field, words) => {
    await api.call('serverGroup.create', { name: 'g', policy: 'affinity' });
    await api.call('serverGroup.create', { name: 'h', policy: 'affinity' });
    await api.call('project.create', { name: 'lab' });
    await expect(api.raw('instance.create', { ...request, ...change })).rejects.toEqual(
      refused(code, field, words),
    );
    await expect(api.raw('instance.preview', { ...question, ...change })).rejects.toEqual(
      refused(code, field, words),
    );
    expect(await api.call('instance.list', {})).toEqual([]);
  });
});

describe('the simulator', () => {
  it('answers a launch with zone, group and hints, and its notes', async () => {
    await api.call('serverGroup.create', { name: 'databases', policy: 'anti-affinity' });
    const preview = await api.call('instance.preview', {
      ...question,
      count: 3,
      group: 'databases',
      hints: { colour: 'red' },
    });
    expect(preview).toMatchObject({ fitting: 2, placements: [{ instances: 1 }, { instances: 1 }] });
    expect(preview.notes).toEqual([expect.stringContaining('“colour”')]);
    expect(preview.shortfall?.message).toContain('the group “databases”');
    const zoned = await api.call('instance.preview', { ...question, availabilityZone: 'nova', host: 'two' });
    expect(zoned.selected).toBe(two.id);
    const forced = await api.call('instance.preview', { ...question, host: 'two', hostChecks: false });
    expect(forced.notes[0]).toContain('was forced');
    expect(await api.call('serverGroup.list', {})).toMatchObject([{ memberIds: [] }]);
  });

  it('says how many more would fit, and what stops the next', async () => {
    const room = await api.call('scheduler.room', { flavor: 'm1.tiny' });
    expect(room.fitting).toBe(30);
    expect(room.shortfall?.message).toContain('RAM: asked 512 MiB, free 0');
    await api.call('flavor.create', {
      name: 'mini',
      vcpus: 1,
      ram: 1,
      disk: 0,
      extraSpecs: { 'resources:VCPU': '0' },
    });
    await expect(api.call('scheduler.room', { flavor: 'no' })).rejects.toEqual(
      refused('flavor.not_found', 'flavor'),
    );
    const much = await api.call('scheduler.room', { flavor: 'mini' });
    expect(much).toMatchObject({ fitting: 1000, shortfall: null });
  });

  it('says of a flavor that fits no host why, for each', async () => {
    await api.call('flavor.create', { name: 'giant', vcpus: 99, ram: 1, disk: 1 });
    const { fitting, shortfall } = await api.call('scheduler.room', { flavor: 'giant' });
    expect(fitting).toBe(0);
    for (const host of ['one', 'two']) expect(shortfall?.message).toContain(`${host}: CPU: asked 99 vCPU`);
  });

  it('says where each instance of a host would go', async () => {
    const group = await api.call('serverGroup.create', { name: 'g', policy: 'anti-affinity' });
    const [web, db1, db2] = [
      await launch({ host: 'one', hostChecks: false }),
      await launch({ name: 'db1', group: 'g' }),
      await launch({ name: 'db2', group: group.id }),
    ];
    for (const { id } of [web, db1]) put(id, one.id);
    put(db2.id, two.id);
    const answer = await api.call('scheduler.withoutHost', { ref: 'one' });
    expect(answer).toMatchObject({ hostId: one.id, hostName: 'one' });
    const refuges = new Map(answer.refuges.map((refuge) => [refuge.instanceName, refuge]));
    expect(refuges.get('web')).toMatchObject({ hostName: 'two', reason: null });
    expect(refuges.get('db1')).toMatchObject({ hostId: null, hostName: null });
    expect(refuges.get('db1')?.reason).toContain('has db2 here');
  });
});

describe('settings of the scheduler', () => {
  it('are explained part by part', async () => {
    await api.call('settings.set', { scheduler: { multipliers: { RAM: -1 }, enabledFilters: ['Compute'] } });
    const parts = await api.call('scheduler.parts', {});
    expect(parts.find(({ name, kind }) => name === 'RAM' && kind === 'weigher')).toMatchObject({
      multiplier: -1,
      defaultMultiplier: 1,
      reads: ['ram_weight_multiplier'],
    });
    expect(parts.filter(({ kind, enabled }) => kind === 'filter' && enabled)).toHaveLength(1);
  });

  it.each([
    [
      { enabledFilters: ['Compute', 'Cpu'] },
      'scheduler.enabledFilters',
      'There is no filter “Cpu”.',
      'Compute',
    ],
    [{ multipliers: { Ram: 1 } }, 'scheduler.multipliers', 'There is no weigher “Ram”.', 'RAM'],
    [
      { multipliers: { constructor: 1 } },
      'scheduler.multipliers',
      'There is no weigher “constructor”.',
      'RAM',
    ],
  ])('%j is refused with those that there are', async (scheduler, field, message, known) => {
    const before = await api.call('settings.get', {});
    await expect(api.call('settings.set', { scheduler })).rejects.toEqual(
      expect.objectContaining({ code: 'bad_input', field, message, remedy: expect.stringContaining(known) }),
    );
    expect(await api.call('settings.get', {})).toEqual(before);
  });
});
