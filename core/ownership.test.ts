import { describe, expect, it } from 'vitest';
import { compare } from './inventory/resync.ts';
import { listActions } from './state/actions.ts';
import { listTasks } from './state/tasks.ts';
import { never, pair, stray } from './test-desk.ts';

describe('two Micronovas on one host', () => {
  it('see each other’s instances, count them, and touch none of them', async () => {
    const { ann, bob, both } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    await both();
    const [seen] = await bob.call('guest.list', {});
    expect(seen).toMatchObject({
      uuid: id,
      kind: 'other',
      owner: { controlName: 'ann@desk', instanceName: 'web' },
      refusal: expect.stringContaining('ann@desk') as unknown,
    });
    expect(bob.used()).toEqual(ann.used());
    expect(ann.used()).toEqual({ VCPU: 1, MEMORY_MB: 512, DISK_GB: 2 });
    await expect(bob.call('guest.adopt', { host: 'one', uuid: id })).rejects.toMatchObject({
      code: 'guest.not_adoptable',
    });
    await expect(bob.call('instance.delete', { ref: id })).rejects.toMatchObject({
      code: 'instance.not_found',
    });
  });

  it('lose to whoever takes over, and learn of it', async () => {
    const { fake, ann, bob, both } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    await bob.look();
    const { taskId } = await bob.call('guest.takeOver', { host: 'one', uuid: id });
    await bob.kit.runner.idle();
    expect(bob.kit.task(taskId)).toMatchObject({ state: 'done' });
    expect(fake.domains.get(id)?.mark?.control).toMatchObject({
      name: 'bob@desk',
      generation: 2,
      previous: { name: 'ann@desk' },
    });
    expect(bob.kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, takenOver: null });
    // The loser has not looked yet: its next step meets the fence.
    const stop = ann.kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await ann.kit.runner.idle();
    expect(ann.kit.task(stop)).toMatchObject({ state: 'failed', error: { code: 'instance.taken_over' } });
    expect(ann.kit.instance(id)).toMatchObject({ takenOver: { by: 'bob@desk' }, taskState: null });
    expect(listActions(ann.kit.database, id).some((one) => one.action === 'taken_over')).toBe(true);
    expect(fake.domains.get(id)?.powerState).toBe('RUNNING');
    await both();
    expect(ann.used()).toEqual(bob.used());
    await expect(ann.call('instance.stop', { ref: id })).rejects.toMatchObject({
      code: 'instance.taken_over',
    });
    const left = fake.leftovers();
    // The host, too, is not needed for it.
    ann.kit.disconnect(ann.host);
    const { taskId: forgotten } = await ann.call('instance.delete', { ref: id });
    await ann.kit.runner.idle();
    // Nobody is told of disks that are removed, for none are.
    expect(ann.kit.task(forgotten).steps).toMatchObject([{ name: 'release', state: 'done' }]);
    expect(ann.kit.instance(id)).toBeUndefined();
    expect(fake.leftovers()).toEqual(left);
    expect(fake.domains.get(id)?.powerState).toBe('RUNNING');
  });

  it('take over what is rescued as that', async () => {
    const { ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    await ann.call('instance.rescue', { ref: id });
    await ann.kit.runner.idle();
    await bob.look();
    await bob.call('guest.takeOver', { host: 'one', uuid: id });
    await bob.kit.runner.idle();
    expect(bob.kit.instance(id)).toMatchObject({ vmState: 'rescued', taskState: null });
    await bob.call('instance.unrescue', { ref: id });
    await bob.kit.runner.idle();
    expect(bob.kit.instance(id)).toMatchObject({ vmState: 'active', rescueImageName: null });
  });

  it('do not undo a build on the host whose guest somebody has taken meanwhile', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const two = ann.kit.addHost('two');
    const hang = fake.faults.hang('start', 'before');
    const { id } = ann.kit.create(ann.imageId, { requestedHostId: null });
    await hang.reached;
    await bob.look();
    await bob.call('guest.takeOver', { host: 'one', uuid: id });
    await bob.kit.runner.idle();
    const before = fake.leftovers();
    hang.release();
    await ann.kit.runner.idle();
    expect(fake.leftovers()).toEqual(before);
    expect(before).toContain(`disks of ${id}`);
    expect([...two.fake.domains.keys()]).toEqual([]);
    expect(ann.kit.instance(id)).toMatchObject({ takenOver: { by: 'bob@desk' }, taskState: null });
    expect(listTasks(ann.kit.database).filter((task) => task.kind === 'instance.cleanup')).toEqual([]);
  });

  it('cancel what waited for a guest that is lost', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    await bob.look();
    const hang = fake.faults.hang('stop', 'before');
    ann.kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await hang.reached;
    const waiting = ann.kit.act('instance.start', { instanceId: id }, id, 'powering-on');
    await bob.call('guest.takeOver', { host: 'one', uuid: id });
    await bob.kit.runner.idle();
    const guests = await ann.kit.get(ann.host.id).listGuests(never);
    compare(ann.kit.database, { hostId: ann.host.id, guests, stale: new Set(), confirm: true });
    hang.release();
    await ann.kit.runner.idle();
    expect(ann.kit.task(waiting)).toMatchObject({ state: 'cancelled' });
    expect(fake.domains.get(id)?.powerState).toBe('RUNNING');
  });
});

describe('a mark that went astray', () => {
  it('is written again on a guest of ours, whatever stands in its place', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    const domain = fake.domain(id);
    const mark = domain.mark;
    domain.mark = null;
    domain.badMark = 'its Micronova mark is damaged';
    await ann.look();
    await ann.look();
    expect(domain.mark).toEqual(mark);
    expect(domain.badMark).toBeUndefined();
  });

  it('that cannot be believed makes nobody’s guest, with the reason', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const id = stray(fake);
    fake.domain(id).badMark = 'its Micronova mark is that of another guest: the UUIDs differ';
    await bob.look();
    expect(await bob.call('guest.list', {})).toMatchObject([
      { kind: 'unmanaged', owner: null, refusal: expect.stringContaining('UUIDs differ') as unknown },
    ]);
    await expect(bob.call('guest.adopt', { host: 'one', uuid: id })).rejects.toMatchObject({
      code: 'guest.not_adoptable',
    });
  });

  it('follows what is set, also once the host is back', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    await ann.call('instance.set', { ref: id, name: 'shop' });
    await ann.kit.runner.idle();
    expect(fake.domain(id)).toMatchObject({ title: 'shop', mark: { name: 'shop' } });
    ann.kit.disconnect(ann.host);
    await ann.call('instance.set', { ref: id, name: 'till' });
    await ann.call('instance.set', { ref: id, metadata: { a: 'b' } });
    expect(listTasks(ann.kit.database).filter((task) => task.state === 'queued')).toHaveLength(1);
    ann.kit.connect(ann.host);
    await ann.kit.runner.idle();
    expect(fake.domain(id)).toMatchObject({ title: 'till', mark: { name: 'till', metadata: { a: 'b' } } });
  });
});

describe('a guest that somebody else made', () => {
  it('is adopted while it runs, acted on, and released as it was', async () => {
    const { fake, ann, bob, both } = await pair();
    await using _a = ann;
    await using _b = bob;
    const id = stray(fake);
    await both();
    expect(ann.used()).toEqual({ VCPU: 2, MEMORY_MB: 1024 });
    const before = structuredClone({ ...fake.domain(id), mark: null });
    const { instance } = await ann.call('guest.adopt', { host: 'one', uuid: id });
    expect(instance).toMatchObject({
      origin: 'adopted',
      name: 'stray',
      flavor: { name: 'adopted.2x1024x3', isPublic: false },
    });
    await ann.kit.runner.idle();
    expect(ann.kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, domainName: 'stray' });
    expect(fake.domain(id).boots).toBe(1);
    await both();
    expect(ann.used()).toEqual({ VCPU: 2, MEMORY_MB: 1024, DISK_GB: 3 });
    expect(bob.used()).toEqual(ann.used());
    await expect(ann.call('guest.adopt', { host: 'one', uuid: id })).rejects.toMatchObject({
      code: 'guest.not_adoptable',
    });
    await ann.call('instance.release', { ref: id });
    await ann.kit.runner.idle();
    expect(fake.domain(id)).toEqual(before);
    expect(ann.kit.instance(id)).toBeUndefined();
    await both();
    expect(ann.used()).toEqual({ VCPU: 2, MEMORY_MB: 1024 });
    // and once more: what is kept of the first time does not stand in the way, and the flavor is found
    const again = await ann.call('guest.adopt', { host: 'one', uuid: id });
    expect(again.instance.flavor.id).toBe(instance.flavor.id);
  });

  it('keeps its disks when its instance is deleted', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const id = stray(fake);
    await ann.look();
    await ann.call('guest.adopt', { host: 'one', uuid: id });
    await ann.kit.runner.idle();
    fake.calls.length = 0;
    await ann.call('instance.delete', { ref: id });
    await ann.kit.runner.idle();
    expect(fake.domains.has(id)).toBe(false);
    expect(fake.calls).not.toContain('removeDisks');
    expect(fake.calls).not.toContain('releaseAddress');
  });

  it('is refused where it is transient, too large for the host, or an instance already', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const id = stray(fake);
    fake.domain(id).transient = true;
    await ann.look();
    expect(await ann.call('guest.list', {})).toMatchObject([
      { refusal: expect.stringContaining('transient') as unknown },
    ]);
    await expect(ann.call('guest.adopt', { host: 'one', uuid: id })).rejects.toMatchObject({
      code: 'guest.not_adoptable',
    });
    const big = stray(fake, 'big');
    fake.halt(big);
    const [disk] = fake.domain(big).devices?.disks ?? [];
    const devices = { disks: disk ? [{ ...disk, capacity: 5000 * 1024 ** 3 }] : [], nics: [], addresses: [] };
    fake.domain(big).devices = devices;
    await ann.look();
    await expect(ann.call('guest.adopt', { host: 'one', uuid: big })).rejects.toMatchObject({
      code: 'placement.no_capacity',
    });
    expect(ann.instances()).toEqual([]);
    // Names are unique on one host only.
    const twins = [stray(fake, 'twin'), stray(fake, 'twin')];
    for (const uuid of twins) await ann.call('guest.adopt', { host: 'one', uuid });
    await ann.kit.runner.idle();
    expect(ann.instances().map((one) => one.domainName)).toEqual(['twin', 'twin']);
    await expect(ann.call('guest.adopt', { host: 'one', uuid: twins[0] ?? '' })).rejects.toMatchObject({
      code: 'guest.not_adoptable',
    });
  });

  it('stays nobody’s when the host is lost before it was marked', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const id = stray(fake);
    await ann.look();
    fake.faults.fail('takeOwnership', new Error('broken'), { times: 9 });
    const { taskId } = await ann.call('guest.adopt', { host: 'one', uuid: id });
    await ann.kit.runner.idle();
    expect(ann.kit.task(taskId).state).toBe('failed');
    expect(ann.kit.instance(id)).toBeUndefined();
    expect(fake.domain(id).mark ?? null).toBeNull();
    await ann.look();
    expect(ann.used()).toEqual({ VCPU: 2, MEMORY_MB: 1024 });
  });
});
