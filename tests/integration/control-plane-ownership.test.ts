import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { generateKeyPair } from '../../core/identity/ssh-keys.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { Desk, PATIENCE, Traces } from './control-plane.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(1);

const pidOf = (domain: string): Promise<string> => host.sh(`cat /run/libvirt/qemu/${domain}.pid`);

async function seen(desk: Desk, uuid: string, kind: string) {
  return until(
    `${uuid} seen as ${kind}`,
    async () => (await desk.call('guest.list', {})).find((one) => one.uuid === uuid && one.kind === kind),
    PATIENCE,
  );
}

it('two on one host: each sees the other’s, one takes over, the other learns of it and can only forget', async () => {
  const traces = await Traces.of(host);
  await using ann = await Desk.create(lab);
  await using bob = await Desk.create(lab);
  await ann.addHost(host);
  await ann.addImage('tiny');
  await bob.addHost(host);
  const { id, taskId } = await ann.create({ name: 'web', tags: ['shop'], metadata: { a: 'b' } });
  await ann.done(taskId);
  const guest = await seen(bob, id, 'other');
  expect(guest).toMatchObject({ name: `micronova-${id.slice(0, 8)}`, owner: { instanceName: 'web' } });
  const counted = await bob.host(host.name, ({ ram }) => ram.used === 128);
  expect(counted.vcpus.used).toBe(1);
  const { domainName } = await ann.call('instance.show', { ref: id });
  const pid = await pidOf(domainName);

  await bob.done((await bob.call('guest.takeOver', { host: host.name, uuid: id })).taskId);
  const mine = await bob.call('instance.show', { ref: id });
  expect(mine).toMatchObject({
    name: 'web',
    status: 'ACTIVE',
    tags: ['shop'],
    metadata: { a: 'b' },
    imageName: 'tiny',
    takenOver: null,
  });
  const lost = await ann.instance(id, ({ takenOver }) => takenOver !== null);
  expect(lost.taskState).toBeNull();
  await expect(ann.call('instance.stop', { ref: id })).rejects.toMatchObject({ code: 'instance.taken_over' });
  await seen(ann, id, 'other');
  await ann.deleteInstance(id);
  expect(await pidOf(domainName)).toBe(pid);

  // The image came back from the host, and what was taken over works.
  await until(
    'the image is fetched',
    async () => (await bob.call('image.list', {})).some((image) => image.status === 'active') || undefined,
  );
  // Suspended, for a guest that boots does not hear that it is to stop.
  await bob.done((await bob.call('instance.suspend', { ref: id })).taskId);
  await bob.done((await bob.call('instance.resume', { ref: id })).taskId);
  await bob.done((await bob.call('instance.reboot', { ref: id, type: 'hard' })).taskId);
  await bob.call('instance.set', { ref: id, name: 'till' });
  await bob.plane.idle();
  expect(await host.virsh('dumpxml', domainName)).toContain('<title>till</title>');
  await bob.deleteInstance(id);
  await ann[Symbol.asyncDispose]();
  await bob[Symbol.asyncDispose]();
  await traces.expectNone();
});

it('a guest of virsh’s is adopted while it runs, and released as it was', async () => {
  await using desk = await Desk.create(lab);
  await desk.addHost(host);
  const uuid = randomUUID();
  const disk = '/var/lib/libvirt/stray.qcow2';
  await host.sh(`qemu-img create -q -f qcow2 ${disk} 2G`);
  await host.writeFile(
    '/run/stray.xml',
    `<domain type='qemu'><name>stray</name><uuid>${uuid}</uuid><title>my stray</title>
     <memory unit='MiB'>48</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
     <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>
     <interface type='network'><source network='default'/></interface><serial type='pty'/></devices></domain>`,
  );
  await host.virsh('define', '/run/stray.xml');
  await host.virsh('start', 'stray');
  const live = await host.virsh('dumpxml', 'stray');
  const defined = await host.virsh('dumpxml', '--inactive', 'stray');
  const pid = await pidOf('stray');
  await seen(desk, uuid, 'unmanaged');
  const counted = await desk.host(host.name, ({ ram }) => ram.used === 48);
  expect(counted.disk.used).toBe(0);

  const { taskId } = await desk.call('guest.adopt', { host: host.name, uuid });
  await desk.done(taskId);
  expect(await desk.call('instance.show', { ref: uuid })).toMatchObject({
    name: 'my stray',
    status: 'ACTIVE',
    origin: 'adopted',
    domainName: 'stray',
    flavor: { name: 'adopted.1x48x2', vcpus: 1, ram: 48, disk: 2 },
  });
  expect((await desk.host(host.name, ({ disk: used }) => used.used === 2)).ram.used).toBe(48);
  expect(await pidOf('stray')).toBe(pid);
  expect(await host.virsh('dumpxml', 'stray')).toContain('micronova:instance');

  await desk.done((await desk.call('instance.release', { ref: uuid })).taskId);
  expect(await host.virsh('dumpxml', '--inactive', 'stray')).toBe(defined);
  // libvirt keeps the empty element in a running domain until that is next off
  expect((await host.virsh('dumpxml', 'stray')).replace('  <metadata/>\n', '')).toBe(live);
  expect(await pidOf('stray')).toBe(pid);
  await seen(desk, uuid, 'unmanaged');

  // Adopted once more and deleted: the domain goes, the disk stays.
  await desk.done((await desk.call('guest.adopt', { host: host.name, uuid })).taskId);
  await desk.deleteInstance(uuid);
  expect(await host.virsh('list', '--all', '--name')).not.toContain('stray');
  await host.sh(`test -s ${disk} && rm ${disk}`);
});

it('a lost database is rebuilt from the hosts, and what it brings back acts again', async () => {
  const traces = await Traces.of(host);
  const ann = await Desk.create(lab);
  await ann.addHost(host);
  const imageId = await ann.addImage('tiny');
  const { key } = generateKeyPair('me');
  await ann.call('keypair.create', { name: 'mine', publicKey: key.publicKey });
  const made = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      ann.create({
        name,
        keyName: 'mine',
        metadata: { which: name },
        tags: ['kept'],
        description: 'a guest',
      }),
    ),
  );
  for (const { taskId } of made) await ann.done(taskId);
  const before = await ann.call('instance.list', {});
  await ann.close();
  await rm(ann.folder, { recursive: true, force: true });

  await using desk = await Desk.create(lab);
  await desk.addHost(host);
  const [recovery] = await desk.call('recovery.list', {});
  expect(recovery).toMatchObject({ own: false });
  expect(recovery?.instances.map(({ name }) => name).toSorted()).toEqual(['one', 'three', 'two']);
  const { taskId } = await desk.call('recovery.run', { controlId: recovery?.controlId ?? '' });
  await desk.done(taskId);
  await desk.plane.idle();
  const after = await desk.call('instance.list', {});
  for (const old of before) {
    const now = after.find(({ id }) => id === old.id);
    const { id, name, hostname, flavor, imageId: image, keyName, metadata, tags, user, createdAt } = old;
    expect(now).toMatchObject({ id, name, hostname, flavor, keyName, metadata, tags, user, createdAt });
    expect(now).toMatchObject({ status: 'ACTIVE', imageId: image, description: 'a guest' });
    expect(now?.addresses.map(({ address }) => address)).toEqual(old.addresses.map(({ address }) => address));
  }
  const image = await desk.call('image.show', { ref: imageId });
  expect(image).toMatchObject({ status: 'active', name: 'tiny', cachedOn: [expect.any(String)] });
  const bytes = await readFile(join(desk.folder, 'data', 'images', `${imageId}.img`));
  const original = await readFile(TINY_IMAGE);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    createHash('sha256').update(original).digest('hex'),
  );
  expect(await desk.call('keypair.list', {})).toMatchObject([{ name: 'mine', publicKey: key.publicKey }]);
  const [some] = after;
  await desk.done((await desk.call('instance.reboot', { ref: some?.id ?? '', type: 'hard' })).taskId);
  await desk.done((await desk.call('instance.suspend', { ref: some?.id ?? '' })).taskId);
  const { taskId: built } = await desk.create({ name: 'new', image: imageId });
  await desk.done(built);
  expect(await desk.call('recovery.list', {})).toEqual([]);
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});
