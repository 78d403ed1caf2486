import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_PROJECT, type GroupPolicy } from '../contract/index.ts';
import { timestamp } from '../domain/time.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { getDecision } from '../state/decisions.ts';
import { transition } from '../state/instance-changes.ts';
import { insertServerGroup } from '../state/server-groups.ts';
import { setSettings } from '../state/settings.ts';
import { ConductorKit } from './test-kit.ts';

let kit: ConductorKit;
let imageId: string;
beforeEach(() => {
  kit = new ConductorKit();
  imageId = kit.addImage();
});
afterEach(() => kit[Symbol.asyncDispose]());

function addGroup(policy: GroupPolicy, maxServerPerHost = 1): string {
  const id = randomUUID();
  const values = { id, name: 'databases', policy, maxServerPerHost, projectId: ADMIN_PROJECT };
  kit.database.write((tx) => insertServerGroup(tx, { ...values, createdAt: timestamp() }));
  return id;
}

let macs = 0;
const create = (groupId: string, values: object = {}) =>
  kit.create(imageId, { groupId, mac: `fa:16:3e:00:01:${(macs += 1)}`, ...values }).id;

async function build(groupId: string, count: number) {
  const ids = Array.from({ length: count }, () => create(groupId));
  await kit.runner.idle();
  return ids.map((id) => kit.instance(id));
}

describe('members of one group that are built at the same time', () => {
  it('never meet on a host where they must be apart; one too many fails with the members in the way', async () => {
    for (const name of ['one', 'two', 'three']) kit.addHost(name);
    const built = await build(addGroup('anti-affinity'), 4);
    const hosts = built.flatMap((instance) => instance?.hostName ?? []);
    expect(hosts.toSorted()).toEqual(['one', 'three', 'two']);
    const failed = built.find((instance) => instance?.vmState === 'error');
    expect(failed?.fault?.error).toMatchObject({ code: 'scheduler.no_valid_host' });
    for (const words of ['“databases”', 'ServerGroupAntiAffinity', 'web here'])
      expect(failed?.fault?.error.message).toContain(words);
  });

  it('go up to the limit of the group on each', async () => {
    for (const name of ['one', 'two']) kit.addHost(name);
    const built = await build(addGroup('anti-affinity', 2), 5);
    const hosts = built.flatMap((instance) => instance?.hostName ?? []);
    expect(hosts.toSorted()).toEqual(['one', 'one', 'two', 'two']);
  });

  it('all go where the first went, where they must be together', async () => {
    for (const name of ['one', 'two', 'three']) kit.addHost(name);
    const built = await build(addGroup('affinity'), 4);
    expect(new Set(built.map((instance) => instance?.hostName)).size).toBe(1);
  });
});

describe('a build that fails', () => {
  it('takes an alternate that still agrees with the group, and none that does not any more', async () => {
    const [first, second] = ['a', 'b', 'c'].map((name) => kit.addHost(name));
    if (first === undefined || second === undefined) throw new Error('there are no hosts');
    const group = addGroup('anti-affinity');
    const rival = create(group, { requestedHostId: randomUUID() });
    await kit.runner.idle();
    first.fake.faults.once('createRootDisk', 'before', () =>
      kit.database.write((tx) => transition(tx, rival, { set: { hostId: second.id } })),
    );
    first.fake.faults.fail('define', new Error('it broke'));
    const id = create(group);
    await kit.runner.idle();
    expect(kit.instance(id)?.hostName).toBe('c');
    const verdict = getDecision(kit.database, id)?.hosts.find(({ hostName }) => hostName === 'b');
    expect(verdict).toMatchObject({ accepted: false, filter: 'ServerGroupAntiAffinity' });
  });

  it('is tried as often as the settings say', async () => {
    const hosts = ['a', 'b', 'c'].map((name) => kit.addHost(name));
    for (const { fake } of hosts) fake.faults.fail('define', new Error('it broke'));
    kit.database.write((tx) => setSettings(tx, { scheduler: { maxAttempts: 2 } }));
    const { id } = kit.create(imageId);
    await kit.runner.idle();
    const tried = getDecision(kit.database, id)?.hosts.filter(({ filter }) => filter === 'build');
    expect(tried?.map(({ hostName }) => hostName).toSorted()).toEqual(['a', 'b']);
  });
});

describe('a forced host', () => {
  it('builds what neither the filters nor placement would let it, and keeps the claim and the note', async () => {
    const small = kit.addHost('small', { facts: { ram: 600 } });
    kit.addHost('large');
    const { id } = kit.create(imageId, { requestedHostId: small.id, hostChecks: false });
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', hostName: 'small' });
    expect(allocationsOf(kit.database, id)).toMatchObject([
      { providerId: small.id, resources: { MEMORY_MB: 512 } },
    ]);
    expect(getDecision(kit.database, id)?.notes).toEqual([
      expect.stringContaining('was forced'),
      expect.stringContaining('More is claimed'),
    ]);
  });
});

it('draws the lot that it is given', async () => {
  await using drawn = new ConductorKit({ random: () => 0.999 });
  const hosts = ['a', 'b', 'c'].map((name) => drawn.addHost(name));
  drawn.database.write((tx) => setSettings(tx, { scheduler: { hostSubsetSize: 3 } }));
  const { id } = drawn.create(drawn.addImage());
  await drawn.runner.idle();
  expect(drawn.instance(id)?.hostId).toBe(hosts.at(-1)?.id);
});
