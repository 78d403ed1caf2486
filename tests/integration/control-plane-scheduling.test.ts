import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { Host, Instance } from '../../core/contract/index.ts';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const lab = Lab.attach(inject('lab'));
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let desk: Desk;
let traces: Traces;
let one: Host;
let two: Host;

beforeAll(async () => {
  traces = await Traces.of(lab.host(1), lab.host(2));
  desk = await Desk.create(lab);
  // Only the lab may be picked: a machine with a libvirt of its own brings a host along.
  for (const { id } of await desk.call('host.list', {})) await desk.call('host.remove', { ref: id });
  [one, two] = [await desk.addHost(lab.host(1)), await desk.addHost(lab.host(2))];
  await desk.addImage('tiny', [one.name, two.name]);
});

afterAll(() => desk[Symbol.asyncDispose]());

async function launch(input: { name: string } & Partial<Parameters<Desk['create']>[0]>): Promise<Instance> {
  const { id, taskId } = await desk.create(input);
  await desk.done(taskId);
  return desk.call('instance.show', { ref: id });
}

const domainsOn = async (host: 1 | 2): Promise<number> => (await lab.host(host).inventory()).domains.length;

it('members of a group that are built at once are on different hosts, and one too many is told why', async () => {
  await desk.call('serverGroup.create', { name: 'apart', policy: 'anti-affinity' });
  const before = [await domainsOn(1), await domainsOn(2)];
  const made = await Promise.all(['a', 'b', 'c'].map((name) => desk.create({ name, group: 'apart' })));
  const tasks = await Promise.all(made.map(({ taskId }) => desk.ended(taskId)));
  expect(tasks.map(({ state }) => state).toSorted()).toEqual(['done', 'done', 'failed']);
  expect([await domainsOn(1), await domainsOn(2)]).toEqual(before.map((count) => count + 1));
  const failed = tasks.find(({ state }) => state === 'failed');
  expect(failed?.error?.code).toBe('scheduler.no_valid_host');
  for (const words of ['“apart”', one.name, two.name]) expect(failed?.error?.message).toContain(words);
  expect(await desk.call('serverGroup.list', {})).toMatchObject([{ memberIds: { length: 3 } }]);
});

it('a zone, hints and the notes on them go with an instance and its decision', async () => {
  await desk.call('aggregate.create', { name: 'rack', availabilityZone: 'rack', hosts: [two.name] });
  const hints = { colour: 'red', same_host: 'a' };
  const instance = await launch({ name: 'zoned', availabilityZone: 'rack', hints });
  expect(instance).toMatchObject({ hostId: two.id, requestedZone: 'rack', hints: { colour: 'red' } });
  const [record] = await desk.call('instance.decisions', { ref: 'zoned' });
  const refused = record?.decision.hosts.find(({ hostId }) => hostId === one.id);
  expect(refused).toMatchObject({ accepted: false, filter: 'AvailabilityZone' });
  expect(record?.decision.notes).toEqual([
    expect.stringContaining('“colour” is not known'),
    expect.stringContaining('SameHost is switched off'),
  ]);
});

it('a forced host takes what the scheduler would not give it', async () => {
  await desk.call('host.set', { ref: one.name, enabled: false });
  const choice = { host: one.name, flavor: 'm1.nano', image: 'tiny' };
  const preview = await desk.call('instance.preview', choice);
  expect(preview.shortfall?.message).toContain('disabled');
  expect(await launch({ name: 'forced', host: one.name, hostChecks: false })).toMatchObject({
    hostId: one.id,
  });
  expect((await desk.call('instance.decision', { ref: 'forced' }))?.notes[0]).toContain('was forced');
  await desk.call('host.set', { ref: one.name, enabled: true });
});

it('says where each instance of a host would go if it died', async () => {
  const { refuges } = await desk.call('scheduler.withoutHost', { ref: two.name });
  const zoned = refuges.find(({ instanceName }) => instanceName === 'zoned');
  expect(zoned?.reason).toContain('zone rack was asked for');
  const member = refuges.find(({ instanceName }) => ['a', 'b', 'c'].includes(instanceName));
  expect(member?.reason).toContain('the group “apart”');
});

it('nothing is left when all of it is deleted', async () => {
  const all = await desk.call('instance.list', {});
  await Promise.all(all.map(({ id }) => desk.deleteInstance(id)));
  await desk.call('serverGroup.delete', { ref: 'apart' });
  expect(await desk.call('serverGroup.list', {})).toEqual([]);
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});
