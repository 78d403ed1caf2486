import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { Desk, Traces } from './control-plane.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(1);
const UUID = '00000000-0000-4000-8000-0000000ad001';
const DISK = '/var/lib/libvirt/images/by-hand.qcow2';
const XML = `<domain type='qemu'><name>by-hand</name><uuid>${UUID}</uuid><title>made by hand</title>
<memory unit='MiB'>96</memory><vcpu>1</vcpu><os><type machine='pc'>hvm</type></os><features><acpi/></features>
<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${DISK}'/>
<target dev='sda' bus='sata'/><boot order='1'/></disk><interface type='network'><source network='default'/>
<boot order='2'/></interface><graphics type='vnc'/></devices></domain>`;

let desk: Desk;
let traces: Traces;

beforeAll(async () => {
  traces = await Traces.of(host);
  desk = await Desk.create(lab);
  await desk.addHost(host);
  await desk.addImage('tiny', [host.name]);
  await host.writeFile(DISK, await readFile(TINY_IMAGE));
  await host.writeFile('/run/by-hand.xml', XML);
  await host.virsh('-q', 'define', '/run/by-hand.xml');
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

const definition = (): Promise<string> => host.virsh('-q', 'dumpxml', '--inactive', '--security-info', UUID);

it('a guest that somebody else made is rescued, and its definition is as it was afterwards', async () => {
  await desk.call('host.connect', { ref: host.name });
  await desk.connected(host.name);
  await desk.done((await desk.call('guest.adopt', { host: host.name, uuid: UUID })).taskId);
  const { id } = await desk.instance(UUID, ({ taskState }) => taskState === null);
  const before = await definition();

  await desk.done((await desk.call('instance.rescue', { ref: id, image: 'tiny' })).taskId);
  expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'RESCUE' });
  const rescued = await definition();
  expect(rescued).toContain(`micronova-${id}-rescue.qcow2`);
  expect(rescued).toMatch(/<target dev='sdb' bus='sata'\/>\s*<boot order='1'\/>/);
  expect(await host.virsh('-q', 'domstate', UUID)).toContain('running');

  await desk.done((await desk.call('instance.unrescue', { ref: id })).taskId);
  expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'SHUTOFF' });
  expect(await definition()).toBe(before);
});

it('is not rebuilt, and says why', async () => {
  await expect(desk.call('instance.rebuild', { ref: UUID, image: 'tiny' })).rejects.toMatchObject({
    code: 'not_supported',
    message: expect.stringContaining('adopted'),
  });
});

it('keeps its disk when it is deleted by force while it is rescued', async () => {
  await desk.done((await desk.call('instance.rescue', { ref: UUID, image: 'tiny' })).taskId);
  await host.stopLibvirtd();
  await desk.host(host.name, ({ connection }) => connection === 'disconnected');
  await desk.done((await desk.call('instance.forceDelete', { ref: UUID })).taskId);
  await host.startLibvirtd();
  await desk.connected(host.name);
  await desk.plane.idle();
  const { domains, files } = await host.inventory();
  expect(domains).not.toContain('by-hand');
  expect(files).toContain('by-hand.qcow2');
  expect(files.filter((file) => file.includes('rescue'))).toEqual([]);

  await host.sh(`rm ${DISK}`);
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});
