import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../tests/fakes/host-care.ts';
import { Reconciled } from '../../tests/fakes/reconciled.ts';
import { allocationsOf, claim } from '../placement/allocations.ts';
import { listActions } from '../state/actions.ts';
import { markDeleted, transition } from '../state/instance-changes.ts';
import { getInstanceRecord } from '../state/instances.ts';
import { q } from '../state/query.ts';

let world: Reconciled;
beforeEach(() => {
  world = new Reconciled();
});
afterEach(() => world[Symbol.asyncDispose]());

const refused = (code: string) => expect.objectContaining({ code });
const told = () => world.events.filter(({ type }) => type === 'host.findings').length;

async function only() {
  const findings = await world.look();
  expect(findings).toHaveLength(1);
  const [finding] = findings;
  if (finding === undefined) throw new Error('nothing was found');
  return finding;
}

describe('a drifted definition', () => {
  const EDIT = '<devices><watchdog model="i6300esb"/></devices>';

  it('is no finding before anybody changed something', async () => {
    const { id: host } = await world.connected('h1');
    const id = await world.running(host);
    expect(getInstanceRecord(world.database, id)?.definitionXml).toContain('<vcpu>1</vcpu>');
    expect(await world.look()).toEqual([]);
    expect(told()).toBe(0);
  });

  it('is heard of at once, shown side by side, the same at each look, and told once', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.edit(id, { edits: EDIT });
    world.clock.advance(200);
    await eventually(told, (times) => times === 1);
    const finding = await only();
    expect(finding).toMatchObject({ kind: 'drift', instanceId: id, subject: 'web', hostName: 'h1' });
    expect(finding.definitions?.ours).not.toContain('watchdog');
    expect(finding.definitions?.host).toContain("    <watchdog model='i6300esb'/>\n");
    expect(finding.resolutions).toEqual(['accept_host', 'restore_ours']);
    expect(await only()).toEqual(finding);
    expect(told()).toBe(1);
  });

  it('is none when somebody renamed the domain: the row follows', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.rename(id, 'other');
    expect(await world.look()).toEqual([]);
    expect(world.instance(id)).toMatchObject({ domainName: 'other', vmState: 'active' });
  });

  it('can be accepted: size and claim are the host’s then, beyond its capacity, too', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    const shares = [{ providerId: host, resources: { VCPU: 1, MEMORY_MB: 128, DISK_GB: 1 } }];
    world.database.write((tx) => claim(tx, { consumerId: id, consumerGeneration: null, shares }));
    fake.edit(id, { vcpus: 40 });
    const { id: ref, detail } = await only();
    expect(detail).toContain('40 vCPUs');
    await world.call('finding.resolve', { id: ref, how: 'accept_host' });
    expect(world.instance(id).flavor).toMatchObject({ vcpus: 40, ram: 128, disk: 1 });
    expect(allocationsOf(world.database, id)).toEqual([
      { providerId: host, resources: { VCPU: 40, MEMORY_MB: 128, DISK_GB: 1 } },
    ]);
    expect(await world.look()).toEqual([]);
    expect(listActions(world.database, id)).toMatchObject([{ action: 'accept_host', result: 'success' }]);
    await eventually(
      () => fake.calls,
      (calls) => calls.includes('describe'),
    );
  });

  it('can be restored, while the guest runs', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.edit(id, { vcpus: 2, edits: EDIT });
    const finding = await only();
    expect(finding.detail).toContain('next start');
    await world.call('finding.resolve', { id: finding.id, how: 'restore_ours' });
    expect(fake.domain(id)).toMatchObject({ powerState: 'RUNNING', edits: '', boots: 0 });
    expect(fake.domain(id).spec.flavor.vcpus).toBe(1);
    expect(await world.look()).toEqual([]);
    expect(listActions(world.database, id)).toMatchObject([{ action: 'redefine', result: 'success' }]);
  });

  it('is not resolved when it is not what the person saw', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.edit(id, { edits: EDIT });
    const { id: ref } = await only();
    fake.edit(id, { edits: '<features><acpi/></features>' });
    const accept = world.call('finding.resolve', { id: ref, how: 'accept_host' });
    await expect(accept).rejects.toEqual(refused('conflict'));
    fake.edit(id, { edits: '' });
    const again = world.call('finding.resolve', { id: ref, how: 'accept_host' });
    await expect(again).rejects.toEqual(refused('finding.gone'));
  });

  it('is left to whoever is at work with the instance, or has locked it', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.edit(id, { edits: EDIT });
    const { id: ref } = await only();
    const lock = { by: 'me', reason: null, at: '2026-01-01T00:00:00.000Z' };
    world.database.write((tx) => transition(tx, id, { set: { lock } }));
    const locked = world.call('finding.resolve', { id: ref, how: 'restore_ours' });
    await expect(locked).rejects.toEqual(refused('locked'));
    world.database.write((tx) => transition(tx, id, { set: { lock: null, taskState: 'rebooting' } }));
    const busy = world.call('finding.resolve', { id: ref, how: 'restore_ours' });
    await expect(busy).rejects.toEqual(refused('conflict'));
  });

  it('of a rescued guest is none: its definition is for the time being', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    world.database.write((tx) => transition(tx, id, { set: { vmState: 'rescued' } }));
    fake.edit(id, { edits: EDIT });
    expect(await world.look()).toEqual([]);
  });
});

describe('a missing domain', () => {
  async function missing() {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.halt(id);
    fake.drop(id);
    return { id, host, fake, finding: await only() };
  }

  it('is defined again with what it was, and the row follows', async () => {
    const { id, fake, finding } = await missing();
    expect(finding).toMatchObject({ kind: 'missing_domain', resolutions: ['restore_ours', 'remove'] });
    expect(world.instance(id).status).toBe('ERROR');
    await world.call('finding.resolve', { id: finding.id, how: 'restore_ours' });
    expect(await world.look()).toEqual([]);
    expect(fake.domain(id).powerState).toBe('SHUTDOWN');
    expect(world.instance(id)).toMatchObject({ status: 'SHUTOFF', fault: null });
  });

  it('is not defined again without its disks', async () => {
    const { id, fake, finding } = await missing();
    fake.disks.delete(id);
    const restore = world.call('finding.resolve', { id: finding.id, how: 'restore_ours' });
    await expect(restore).rejects.toEqual(refused('libvirt.not_found'));
    expect(fake.domains.size).toBe(0);
    expect(await only()).toEqual(finding);
  });

  it('goes with the instance', async () => {
    const { id, fake, finding } = await missing();
    await world.call('finding.resolve', { id: finding.id, how: 'remove' });
    expect(await world.call('instance.list', {})).toEqual([]);
    expect(fake.leftovers()).toEqual([]);
    expect(world.manager.findings.list()).toEqual([]);
    expect(getInstanceRecord(world.database, id)).toBeUndefined();
  });

  it('that turned up on another host is touched on none of them', async () => {
    const { id: other } = await world.connected('h2');
    const { id, finding } = await missing();
    world.addGuest(other, id, 'RUNNING', 'web');
    const found = await world.look();
    expect(found.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'doubled_domain', hostName: 'h2', resolutions: [] },
      { kind: 'missing_domain', hostName: 'h1', resolutions: [] },
    ]);
    const remove = world.call('finding.resolve', { id: finding.id, how: 'remove' });
    await expect(remove).rejects.toEqual(refused('bad_input'));
  });
});

describe('a doubled domain', () => {
  it('is removed only where it is off, and where the instance is not', async () => {
    const { id: h1, fake } = await world.connected('h1');
    const { id: h2, fake: second } = await world.connected('h2');
    const id = await world.running(h1);
    world.addGuest(h2, id, 'RUNNING', 'web');
    second.disks.set(id, { root: 'image' });
    const running = await only();
    expect(running).toMatchObject({ kind: 'doubled_domain', hostId: h2, resolutions: [] });
    expect(running.detail).toMatch(/“h1”.*“h2”/);
    second.halt(id);
    const { id: ref } = await only();
    await world.call('finding.resolve', { id: ref, how: 'remove' });
    expect(second.domains.size).toBe(0);
    expect(second.disks.has(id)).toBe(true);
    expect(fake.domain(id).powerState).toBe('RUNNING');
  });

  it('is not removed when it has become the only one, or its instance’s host is away', async () => {
    const { id: h1, fake } = await world.connected('h1');
    const { id: h2, fake: second } = await world.connected('h2');
    const id = await world.running(h1);
    world.addGuest(h2, id, 'SHUTDOWN', 'web');
    const { id: ref } = await only();
    fake.domains.delete(id);
    const alone = world.call('finding.resolve', { id: ref, how: 'remove' });
    await expect(alone).rejects.toEqual(refused('conflict'));
    fake.cutLink();
    await world.connection(h1, 'disconnected');
    const away = world.call('finding.resolve', { id: ref, how: 'remove' });
    await expect(away).rejects.toEqual(refused('host.unavailable'));
    expect(second.domains.size).toBe(1);
  });
});

describe('an unknown domain', () => {
  it('is removed only when it is off, and its disks stay', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    world.database.write((tx) => markDeleted(tx, id));
    const running = await only();
    expect(running).toMatchObject({ kind: 'unknown_domain', resolutions: ['adopt'] });
    const refusal = world.call('finding.resolve', { id: running.id, how: 'remove' });
    await expect(refusal).rejects.toEqual(refused('bad_input'));
    fake.halt(id);
    const { id: ref } = await only();
    await world.call('finding.resolve', { id: ref, how: 'remove' });
    expect(fake.domains.size).toBe(0);
    expect(await world.look()).toMatchObject([{ kind: 'orphan_volume' }, { kind: 'orphan_volume' }]);
  });

  it('is brought back with what its mark tells', async () => {
    const { id: host } = await world.connected('h1');
    const id = await world.running(host);
    world.database.write((tx) => tx.run(q.deleteFrom('instances').where('id', '=', id)));
    const { id: ref } = await only();
    await world.call('finding.resolve', { id: ref, how: 'adopt' });
    expect(world.instance(id)).toMatchObject({ name: 'web', hostId: host, vmState: 'active' });
    expect(await world.look()).toEqual([]);
  });

  it('is none when it is another Micronova’s, which is let alone in all', async () => {
    const { id: host, fake } = await world.connected('h1');
    const { id: h2, fake: second } = await world.connected('h2');
    const [lost, taken] = [await world.running(host), await world.running(host)];
    for (const id of [lost, taken]) {
      const { mark } = fake.domain(id);
      if (!mark) throw new Error('it has no mark');
      const control = { ...mark.control, id: randomUUID(), name: 'other@desk' };
      fake.domain(id).mark = { ...mark, control };
      world.addGuest(h2, id, 'SHUTDOWN', 'copy');
      second.domain(id).mark = { ...mark, control };
      fake.edit(id, { vcpus: 3 });
    }
    world.database.write((tx) => markDeleted(tx, lost));
    expect(await world.look()).toEqual([]);
    expect(world.instance(taken).takenOver).not.toBeNull();
    fake.domains.delete(taken);
    expect(await world.look()).toEqual([]);
  });
});

describe('findings', () => {
  it('go with their host, and are told of one host or instance', async () => {
    const { id: h1, fake } = await world.connected('h1');
    const { id: h2, fake: second } = await world.connected('h2');
    const [one, two] = [await world.running(h1), await world.running(h2)];
    fake.edit(one, { vcpus: 2 });
    second.edit(two, { vcpus: 2 });
    expect(await world.look()).toHaveLength(2);
    expect(await world.call('finding.list', { host: 'h1' })).toMatchObject([{ instanceId: one }]);
    expect(await world.call('finding.list', { instance: two })).toMatchObject([{ hostName: 'h2' }]);
    await world.manager.disconnect(h1);
    expect(await world.call('finding.list', {})).toMatchObject([{ instanceId: two }]);
    world.database.write((tx) => markDeleted(tx, two));
    expect(await world.call('finding.list', {})).toEqual([]);
  });
});
