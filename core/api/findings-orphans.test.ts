import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Reconciled } from '../../tests/fakes/reconciled.ts';
import { markDeleted } from '../state/instance-changes.ts';
import { rootVolume } from '../volume/names.ts';

let world: Reconciled;
beforeEach(() => {
  world = new Reconciled();
});
afterEach(() => world[Symbol.asyncDispose]());

const refused = (code: string) => expect.objectContaining({ code });

async function only() {
  const findings = await world.look();
  expect(findings).toHaveLength(1);
  const [finding] = findings;
  if (finding === undefined) throw new Error('nothing was found');
  return finding;
}

describe('what lies on a host', () => {
  const stranger = randomUUID();

  it('and is nobody’s is listed with its size, and removed piece by piece', async () => {
    const { fake } = await world.connected('h1');
    fake.disks.set(stranger, { root: 'gone', configDrive: true });
    const found = await world.look();
    expect(found).toMatchObject([
      { kind: 'orphan_volume', bytes: 1000, resolutions: ['remove'] },
      { kind: 'orphan_volume', subject: rootVolume(stranger), bytes: 1000 },
    ]);
    for (const { id } of found) await world.call('finding.resolve', { id, how: 'remove' });
    expect(fake.leftovers()).toEqual([]);
    expect(await world.look()).toEqual([]);
  });

  it.each([
    [
      'was changed within the hour',
      (id: string) => world.hostOf(id).changes.set(stranger, '2999-01-01T00:00:00.000Z'),
    ],
    ['belongs to a domain of whomever', (id: string) => world.addGuest(id, stranger, 'SHUTDOWN', 'x')],
  ])('and %s is not listed', async (_why, make) => {
    const { id, fake } = await world.connected('h1');
    fake.disks.set(stranger, { root: 'gone' });
    make(id);
    expect((await world.look()).filter(({ kind }) => kind === 'orphan_volume')).toEqual([]);
    expect(fake.disks.size).toBe(1);
  });

  it('and belongs to a guest of another host is not listed: the pool may be shared', async () => {
    const { fake } = await world.connected('h1');
    const { id: h2 } = await world.connected('h2');
    fake.disks.set(stranger, { root: 'gone' });
    world.addGuest(h2, stranger, 'RUNNING', 'x');
    await world.look();
    expect((await world.look()).filter(({ kind }) => kind === 'orphan_volume')).toEqual([]);
  });

  it('is not removed when somebody has begun to use it since it was listed', async () => {
    const { id, fake } = await world.connected('h1');
    fake.disks.set(stranger, { root: 'gone' });
    const { id: ref } = await only();
    fake.faults.once('audit', 'after', () => world.addGuest(id, stranger, 'SHUTDOWN', 'x'));
    const remove = world.call('finding.resolve', { id: ref, how: 'remove' });
    await expect(remove).rejects.toEqual(refused('host.in_use'));
    expect(fake.disks.has(stranger)).toBe(true);
  });

  it('as a copy of an unknown image goes, unless a disk lies over it', async () => {
    const { fake } = await world.connected('h1');
    const [used, unused] = [randomUUID(), randomUUID()];
    fake.images.set(used, { sha256: 'ab', size: 5000, complete: true });
    fake.images.set(unused, { sha256: 'cd', size: 7000, complete: true });
    const guest = await world.running([...world.fakes.keys()][0] ?? '');
    fake.disks.set(guest, { root: used });
    const finding = await only();
    expect(finding).toMatchObject({ kind: 'orphan_image', bytes: 7000 });
    await world.call('finding.resolve', { id: finding.id, how: 'remove' });
    expect([...fake.images.keys()]).toEqual([used]);
  });

  it('as a reservation is ours only when an instance of ours has had its MAC', async () => {
    const { id: host, fake } = await world.connected('h1');
    const id = await world.running(host);
    fake.reservations.set(id, { mac: 'FA:16:3E:00:00:01', address: '192.0.2.2' });
    fake.reservations.set(stranger, { mac: '52:54:00:00:00:09', address: '192.0.2.3' });
    expect(await world.look()).toEqual([]);
    world.database.write((tx) => markDeleted(tx, id));
    fake.domains.delete(id);
    fake.disks.clear();
    const finding = await only();
    expect(finding).toMatchObject({ kind: 'orphan_reservation', subject: 'fa:16:3e:00:00:01' });
    await world.call('finding.resolve', { id: finding.id, how: 'remove' });
    expect([...fake.reservations.keys()]).toEqual([stranger]);
  });
});
