import { describe, expect, it } from 'vitest';
import { controlIdentity } from './identity/control.ts';
import { generateKeyPair } from './identity/ssh-keys.ts';
import { listImages } from './state/images.ts';
import { listKeypairs } from './state/keypairs.ts';
import { pair } from './test-desk.ts';

describe('a lost database', () => {
  it('is rebuilt from the domains, and the instances act again', async () => {
    const { fake, ann, bob, both } = await pair();
    await using _b = bob;
    const { key } = generateKeyPair('k');
    const made = ['a', 'b', 'c'].map((name, n) =>
      ann.kit.create(ann.imageId, {
        name,
        keyName: 'mine',
        publicKey: key.publicKey,
        metadata: { n: `${n}` },
        tags: ['t'],
        user: 'ann',
        description: 'about it',
        userData: 'c2VjcmV0',
      }),
    );
    await ann.kit.runner.idle();
    const before = ann.instances();
    await ann[Symbol.asyncDispose]();
    await both().catch(() => undefined);
    await bob.look();
    const [recovery] = await bob.call('recovery.list', {});
    expect(recovery).toMatchObject({ controlName: 'ann@desk', own: false });
    expect(recovery?.instances).toHaveLength(3);
    // one that cannot be read, and one that is there twice
    const [broken] = made;
    fake.domain(broken?.id ?? '').mark = null;
    fake.domain(broken?.id ?? '').badMark = 'its Micronova mark is damaged';
    const { taskId } = await bob.call('recovery.run', { controlId: recovery?.controlId ?? '' });
    await bob.kit.runner.idle();
    expect(bob.kit.task(taskId)).toMatchObject({ state: 'done', error: null });
    const after = bob.instances();
    expect(after.map((one) => one.name).toSorted()).toEqual(['b', 'c']);
    for (const instance of after) {
      const old = before.find((one) => one.id === instance.id);
      const same = [
        'name',
        'hostname',
        'flavor',
        'imageId',
        'keyName',
        'metadata',
        'tags',
        'user',
        'addresses',
      ] as const;
      for (const field of same) expect(instance[field]).toEqual(old?.[field]);
      expect(instance).toMatchObject({ description: 'about it', hasUserData: false, vmState: 'active' });
      expect(instance.seenAt).not.toBeNull();
      expect(fake.domain(instance.id).mark?.control).toMatchObject({
        ...controlIdentity(bob.kit.database),
        generation: 2,
      });
    }
    expect(listKeypairs(bob.kit.database)).toMatchObject([{ name: 'mine', publicKey: key.publicKey }]);
    const image = listImages(bob.kit.database).find((one) => one.id === ann.imageId);
    expect(image).toMatchObject({ status: 'active', cachedOn: [bob.host.id] });
    await bob.look();
    const [some] = after;
    await bob.call('instance.stop', { ref: some?.id ?? '' });
    await bob.kit.runner.idle();
    expect(bob.kit.instance(some?.id ?? '')).toMatchObject({ vmState: 'stopped', fault: null });
    expect(await bob.call('recovery.list', {})).toEqual([]);
  });

  it('brings back what was rescued or softly deleted as that, and lets it go back from there', async () => {
    const { fake, ann, bob } = await pair();
    await using _b = bob;
    const [rescued, gone, started] = ['a', 'b', 'c'].map(
      (name) => ann.kit.create(ann.imageId, { name }).id,
    ) as [string, string, string];
    await ann.kit.runner.idle();
    await ann.call('instance.stop', { ref: gone });
    await ann.kit.runner.idle();
    await ann.call('instance.rescue', { ref: rescued });
    for (const ref of [gone, started]) await ann.call('instance.delete', { ref, soft: true });
    await ann.kit.runner.idle();
    // Somebody wanted this one after all.
    fake.domain(started).powerState = 'RUNNING';
    const { id: controlId } = controlIdentity(ann.kit.database);
    await ann[Symbol.asyncDispose]();
    await bob.look();
    await bob.call('recovery.run', { controlId });
    await bob.kit.runner.idle();
    expect(bob.kit.instance(rescued)).toMatchObject({ vmState: 'rescued', rescueImageName: 'tiny' });
    const { reclaimAt = null } = bob.kit.instance(gone) ?? {};
    expect(bob.kit.instance(gone)).toMatchObject({ vmState: 'soft-delete' });
    expect(Date.parse(reclaimAt ?? '')).toBeGreaterThan(Date.now());
    expect(bob.kit.instance(started)).toMatchObject({ vmState: 'active', reclaimAt: null });
    await bob.call('instance.unrescue', { ref: rescued });
    await bob.call('instance.restore', { ref: gone });
    await bob.kit.runner.idle();
    expect(bob.kit.instance(rescued)).toMatchObject({ vmState: 'active', rescueImageName: null });
    expect(bob.kit.instance(gone)).toMatchObject({ vmState: 'stopped', reclaimAt: null });
    expect(fake.domain(rescued)).toMatchObject({ rescue: false, mark: { rescue: null } });
    expect(fake.domain(gone)).toMatchObject({ powerState: 'SHUTDOWN', mark: { deletedFrom: null } });
  });

  it('goes on where it was cut off, and names what it left', async () => {
    const { fake, ann, bob } = await pair();
    await using _b = bob;
    const ids = ['a', 'b', 'c'].map((name) => ann.kit.create(ann.imageId, { name }).id);
    await ann.kit.runner.idle();
    const { id: controlId } = controlIdentity(ann.kit.database);
    await ann[Symbol.asyncDispose]();
    await bob.look();
    // cut off after a guest was marked and before it got its row
    const hang = fake.faults.hang('takeOwnership', 'after');
    const { taskId } = await bob.call('recovery.run', { controlId });
    await hang.reached;
    await bob.kit.runner.stop();
    expect(bob.instances()).toEqual([]);
    const twin = bob.kit.addHost('two');
    const [doubled = ''] = ids.slice(-1);
    const other = fake.domain(doubled);
    twin.fake.domains.set(doubled, { ...other });
    bob.kit.startRunner();
    await bob.kit.runner.idle();
    expect(bob.kit.task(taskId)).toMatchObject({
      state: 'done',
      error: { code: 'guest.not_adoptable', message: expect.stringContaining('one and two') as unknown },
    });
    expect(
      bob
        .instances()
        .map((one) => one.name)
        .toSorted(),
    ).toEqual(['a', 'b']);
  });

  it('finds what an older copy of the same data folder does not know', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId);
    await ann.kit.runner.idle();
    const own = controlIdentity(ann.kit.database);
    const mark = fake.domain(id).mark;
    await ann.call('instance.release', { ref: id });
    await ann.kit.runner.idle();
    fake.domain(id).mark = mark ?? null;
    await ann.look();
    expect(await ann.call('guest.list', {})).toMatchObject([{ kind: 'lost' }]);
    expect(await ann.call('recovery.list', {})).toMatchObject([{ controlId: own.id, own: true }]);
    await ann.call('recovery.run', { controlId: own.id });
    await ann.kit.runner.idle();
    expect(ann.kit.instance(id)).toMatchObject({ vmState: 'active' });
  });

  it('brings one guest of our own back where a person adopts it', async () => {
    const { fake, ann, bob } = await pair();
    await using _a = ann;
    await using _b = bob;
    const { id } = ann.kit.create(ann.imageId, { tags: ['kept'] });
    await ann.kit.runner.idle();
    const mark = fake.domain(id).mark;
    await ann.call('instance.release', { ref: id });
    await ann.kit.runner.idle();
    fake.domain(id).mark = mark ?? null;
    await ann.look();
    await ann.call('guest.adopt', { host: 'one', uuid: id });
    await ann.kit.runner.idle();
    expect(ann.kit.instance(id)).toMatchObject({
      vmState: 'active',
      taskState: null,
      origin: 'launched',
      tags: ['kept'],
      imageId: ann.imageId,
    });
    await ann.look();
    expect(await ann.call('guest.list', {})).toEqual([]);
  });
});
