import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ContractEvent } from '../../core/contract/index.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { Desk, PATIENCE, Traces } from './control-plane.ts';
import { emptyGuestXml } from './libvirt-way.ts';

const FOREIGN = 'cp-foreign';
/**
 * Milliseconds. A change is to show within a second; a machine that runs guests by emulation beside the tests gets four
 * more. Without events it would take the ten minutes until the next full look.
 */
const SOON = 5_000;

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;
let domainName: string;

/** Does something on a host and waits for the event that tells of it. */
async function shows(act: () => Promise<unknown>, is: (event: ContractEvent) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<number>();
  using _heard = desk.plane.subscribe((event) => is(event) && resolve(Date.now()));
  await act();
  const over = Date.now();
  expect((await promise) - over).toBeLessThan(SOON);
}

const webIs =
  (status: string) =>
  (event: ContractEvent): boolean =>
    event.type === 'instance.changed' && event.value.name === 'web' && event.value.status === status;

const foreignChanged = (event: ContractEvent): boolean => event.type === 'host.foreignGuests';

const foreign = async () =>
  (await desk.call('guest.list', { host: 'h2' })).find((guest) => guest.name === FOREIGN);

async function define(xml: string): Promise<void> {
  await h2.writeFile('/run/cp-foreign.xml', xml);
  await h2.virsh('-q', 'define', '/run/cp-foreign.xml');
}

/** Every domain on the first host that bears this name; there is to be one. */
async function domainsNamed(name: string): Promise<string[]> {
  return (await h1.inventory()).domains.filter((domain) => domain === name);
}

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
  await desk.addImage('tiny', ['h1']);
  const { id, taskId } = await desk.create({ name: 'web', host: 'h1' });
  await desk.done(taskId);
  ({ domainName } = await desk.call('instance.show', { ref: id }));
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

describe('what is done with virsh', () => {
  it('to an instance shows within a second, with who did it', async () => {
    await shows(() => h1.virsh('-q', 'suspend', domainName), webIs('PAUSED'));
    await shows(() => h1.virsh('-q', 'resume', domainName), webIs('ACTIVE'));
    await shows(() => h1.virsh('-q', 'destroy', domainName), webIs('SHUTOFF'));
    await shows(() => h1.virsh('-q', 'start', domainName), webIs('ACTIVE'));
    const actions = await desk.call('instance.actions', { ref: 'web' });
    expect(actions[0]).toMatchObject({ action: 'start', result: 'success' });
    expect(actions[0]?.user).not.toBe(actions.at(-1)?.user);
  });

  it('shows when it takes the domain away, and brings it back', async () => {
    const xml = await h1.virsh('dumpxml', '--inactive', '--security-info', domainName);
    await h1.virsh('-q', 'destroy', domainName);
    await shows(() => h1.virsh('-q', 'undefine', domainName), webIs('ERROR'));
    expect((await desk.call('instance.show', { ref: 'web' })).fault?.error.code).toBe('libvirt.not_found');
    await h1.writeFile('/run/cp-web.xml', xml);
    await shows(() => h1.virsh('-q', 'define', '/run/cp-web.xml'), webIs('SHUTOFF'));
    await desk.done((await desk.call('instance.start', { ref: 'web' })).taskId);
    expect(await desk.call('instance.show', { ref: 'web' })).toMatchObject({ status: 'ACTIVE', fault: null });
  });

  it('to a guest that is not ours is listed, and the guest is never touched', async () => {
    const xml = emptyGuestXml(FOREIGN, '00000000-0000-4000-8000-0000000c9001');
    await shows(() => define(xml), foreignChanged);
    expect(await foreign()).toMatchObject({ state: 'SHUTDOWN', ram: 64, vcpus: 1 });
    await shows(() => define(xml.replace('>64<', '>96<')), foreignChanged);
    expect(await foreign()).toMatchObject({ ram: 96 });
    await shows(() => h2.virsh('-q', 'start', FOREIGN), foreignChanged);
    expect(await foreign()).toMatchObject({ state: 'RUNNING' });
    const before = await h2.virsh('dumpxml', '--security-info', FOREIGN);

    const { hostId = '' } = (await foreign()) ?? {};
    expect(await desk.call('instance.list', {})).toHaveLength(1);
    await desk.call('host.connect', { ref: hostId });
    await desk.call('host.remove', { ref: hostId });
    expect(await h2.virsh('dumpxml', '--security-info', FOREIGN)).toBe(before);
    await desk.addHost(h2);
    expect(await foreign()).toMatchObject({ state: 'RUNNING' });

    await shows(() => h2.virsh('-q', 'destroy', FOREIGN), foreignChanged);
    await shows(() => h2.virsh('-q', 'undefine', FOREIGN), foreignChanged);
    expect(await foreign()).toBeUndefined();
  });
});

describe('libvirtd', () => {
  it('restarted is connected to again, and what happened meanwhile is seen', async () => {
    await h1.stopLibvirtd();
    const lost = await desk.host(
      'h1',
      ({ connection, retryAt }) => connection === 'disconnected' && retryAt !== null,
    );
    expect(lost.connectionError?.remedy).toBeTruthy();
    expect(await desk.call('instance.show', { ref: 'web' })).toMatchObject({ status: 'ACTIVE' });
    await h1.sh(`pkill -9 -f 'guest=${domainName},'`);
    await h1.startLibvirtd();
    await desk.connected('h1');
    await desk.status('web', 'SHUTOFF');
    expect((await desk.call('host.show', { ref: 'h2' })).connection).toBe('connected');
  });

  it.each([
    ['image', '/var/lib/libvirt/images/micronova-image-IMAGE.qcow2'],
    ['root_disk', '/var/lib/libvirt/images/micronova-ID-root.qcow2'],
    ['config_drive', '/var/lib/libvirt/images/micronova-ID-config.iso'],
    ['define', '/etc/libvirt/qemu/DOMAIN.xml'],
    ['start', '/run/libvirt/qemu/DOMAIN.pid'],
  ])('that dies while an instance is built, at step %s, holds it up and no more', async (step, file) => {
    // An image of its own has to be uploaded first.
    const image = step === 'image' ? await desk.addImage('fresh') : 'tiny';
    const { id, taskId, instance } = await desk.create({ name: `held-up ${step}`, image, host: 'h1' });
    const path = file.replace('IMAGE', image).replace('ID', id).replace('DOMAIN', instance.domainName);
    // On the host itself, so that it dies in the very moment in which the step has begun to show.
    await h1.sh(`until [ -e ${path} ]; do sleep 0.002; done; kill -9 "$(cat /run/libvirtd.pid)"`);
    await h1.startLibvirtd();
    await desk.done(taskId);
    await desk.connected('h1');
    expect(await desk.status(id, 'ACTIVE')).toMatchObject({ powerState: 'RUNNING', fault: null });
    expect(await h1.virsh('domstate', instance.domainName)).toBe('running\n\n');
    expect(await domainsNamed(instance.domainName)).toHaveLength(1);
    await desk.deleteInstance(id);
  });
});

describe('a power cut', () => {
  it('leaves instances as they were last seen, until the host is back', async () => {
    await desk.done((await desk.call('instance.start', { ref: 'web' })).taskId);
    const before = await desk.call('instance.show', { ref: 'web' });
    const cutAt = new Date().toISOString();
    await h1.powerCut();
    const lost = await desk.host(
      'h1',
      ({ connection, retryAt }) => connection === 'disconnected' && retryAt !== null,
    );
    expect(lost.connectionError?.code).toMatch(/^(transport|libvirt)\./);
    const kept = await desk.call('instance.show', { ref: 'web' });
    expect(kept).toMatchObject({ status: 'ACTIVE', addresses: before.addresses });
    expect((kept.seenAt ?? '') >= cutAt.slice(0, 19)).toBe(true);
    await expect(desk.call('console.open', { ref: 'web', type: 'serial' })).rejects.toMatchObject({
      code: 'host.unavailable',
    });

    await h1.powerOn();
    await desk.connected('h1');
    await desk.status('web', 'SHUTOFF');
    await desk.done((await desk.call('instance.start', { ref: 'web' })).taskId);
    const again = await desk.call('instance.show', { ref: 'web' });
    expect(again).toMatchObject({ status: 'ACTIVE', powerState: 'RUNNING', addresses: before.addresses });
    const { stream } = await desk.openConsole('web', 'serial');
    let heard = '';
    stream.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    await until('a sign of the guest', () => (heard.length > 0 ? true : undefined), PATIENCE);
    stream.destroy();
  });
});

describe('a host that is removed by force', () => {
  it('keeps its guests running, and the image under their disks', async () => {
    const { id, taskId, instance } = await desk.create({ name: 'left', host: 'h1' });
    await desk.done(taskId);
    const { mac = '', address = '' } = (await desk.call('instance.show', { ref: id })).addresses[0] ?? {};
    await desk.deleteInstance('web');
    await expect(desk.call('host.remove', { ref: 'h1' })).rejects.toMatchObject({ code: 'host.in_use' });
    await desk.call('host.remove', { ref: 'h1', force: true });
    expect(await desk.call('instance.list', {})).toEqual([]);

    await desk.addHost(h1);
    const guests = await desk.call('guest.list', { host: 'h1' });
    expect(guests).toMatchObject([{ uuid: id, name: instance.domainName, state: 'RUNNING' }]);
    const { id: image } = await desk.call('image.show', { ref: 'tiny' });
    await desk.call('image.delete', { ref: image });
    await desk.plane.idle();
    const files = await h1.sh('ls /var/lib/libvirt/images');
    expect(files).toContain(`micronova-image-${image}.qcow2`);
    expect(await h1.virsh('domstate', id)).toBe('running\n\n');

    // What nobody looks after any more is for the person, here the test, to clear away.
    const reserved = `<host mac='${mac}' ip='${address}'/>`;
    await h1.virsh('-q', 'net-update', 'default', 'delete', 'ip-dhcp-host', reserved, '--live', '--config');
    await h1.sh(`virsh -q destroy ${id}; virsh -q undefine ${id}; rm /var/lib/libvirt/images/micronova-*`);
    await h1.virsh('-q', 'pool-refresh', 'default');
  });
});

it('leaves no trace, as nothing else does', async () => {
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});
