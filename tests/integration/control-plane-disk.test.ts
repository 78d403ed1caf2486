import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LabHost } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const POOL = 'cp-small';
const FOLDER = `/var/lib/libvirt/${POOL}`;
/** Room for the image, of 17 MB, and a guest or two. */
const MEBIBYTES = 40;

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;

/** The pool's own word on its free space is as old as its last refresh: only writing finds it full. */
const fill = (host: LabHost, kibibytes: number): Promise<void> => host.fillDisk(POOL, kibibytes);

const files = async (host: LabHost): Promise<string[]> =>
  (await host.sh(`ls ${FOLDER}`)).split('\n').filter((name) => name !== '');

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  for (const host of [h1, h2]) {
    await host.smallPool(POOL, MEBIBYTES);
    await desk.addHost(host);
    await desk.call('host.set', { ref: host.name, pool: POOL });
    await desk.connected(host.name);
  }
  // The first host has more memory to give, so it is asked first.
  await desk.call('host.set', { ref: 'h2', reservedRam: 4096 });
  // The scheduler counts whole gibibytes: it is told to count none.
  const thin = { name: 'thin', vcpus: 1, ram: 128, disk: 0, extraSpecs: { 'resources:DISK_GB': '0' } };
  await desk.call('flavor.create', thin);
});

afterAll(async () => {
  for (const host of [h1, h2]) await host.freeDisk(POOL);
  await desk[Symbol.asyncDispose]();
  for (const host of [h1, h2]) await host.removeSmallPool(POOL);
  await traces.expectNone();
});

describe('a full disk on a host', () => {
  it('lets the next host build the instance, and leaves nothing on the first', async () => {
    await desk.addImage('tiny');
    await fill(h1, 4096);
    const { id, taskId } = await desk.create({ name: 'next', flavor: 'thin' });
    await desk.done(taskId);
    expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ACTIVE', hostName: 'h2' });
    expect(await files(h1)).toEqual([]);
    const decision = await desk.call('instance.decision', { ref: id });
    expect(decision?.hosts.find(({ hostName }) => hostName === 'h1')).toMatchObject({
      accepted: false,
      filter: 'build',
      reason: expect.stringMatching(/^image failed: .*(space|room|left)/i) as string,
    });
    const task = await desk.call('task.show', { id: taskId });
    expect(task.steps.find(({ state }) => state === 'failed')?.error?.code).toBe('host.disk_full');
    const [action] = await desk.call('instance.actions', { ref: id });
    expect(action?.events.filter(({ result }) => result === 'error').map(({ name }) => name)).toEqual([
      'image',
    ]);
  });

  it('and on every other one ends the instance in error, with the reason of each', async () => {
    await desk.addImage('other');
    await fill(h2, 4096);
    const { id, taskId } = await desk.create({ name: 'nowhere', flavor: 'thin', image: 'other' });
    expect(await desk.ended(taskId)).toMatchObject({
      state: 'failed',
      error: { code: 'scheduler.no_valid_host' },
    });
    const instance = await desk.call('instance.show', { ref: id });
    expect(instance).toMatchObject({ status: 'ERROR', hostId: null, addresses: [] });
    const said = instance.fault?.error.message ?? '';
    expect(said).toMatch(/^No valid host was found\. /);
    for (const host of ['h1', 'h2']) expect(said).toMatch(new RegExp(`${host}: image failed: `));
    expect(instance.fault?.error.cause).toBeTruthy();
    expect(await files(h1)).toEqual([]);
    const left = await files(h2);
    const other = await desk.call('image.show', { ref: 'other' });
    expect(left.filter((name) => name.includes(id) || name.includes(other.id))).toEqual([]);
    for (const ram of (await desk.call('host.list', {})).map((host) => host.ram.used)) {
      expect(ram).toBeLessThanOrEqual(128);
    }
    await desk.deleteInstance(id);
  });

  it('is no obstacle any more once there is room', async () => {
    await h1.freeDisk(POOL);
    const { id, taskId } = await desk.create({ name: 'room', flavor: 'thin', image: 'other', host: 'h1' });
    await desk.done(taskId);
    expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ACTIVE', hostName: 'h1' });
    await desk.deleteInstance(id);
  });

  it('is told for the host that was asked for by name, and no other is tried', async () => {
    await fill(h1, 0);
    const { id, taskId } = await desk.create({ name: 'forced', flavor: 'thin', image: 'other', host: 'h1' });
    const { error } = await desk.ended(taskId);
    expect(error).toMatchObject({ code: 'instance.build_failed', details: { code: 'host.disk_full' } });
    expect(error?.message).toMatch(/could not be built on h1: \w+ failed: /);
    expect(error?.remedy).toMatch(/room/);
    expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ERROR', hostId: null });
    expect((await files(h1)).filter((name) => name.includes(id))).toEqual([]);
    await desk.deleteInstance(id);
    await h1.freeDisk(POOL);
  });

  it('and an image that is larger than the pool, stop an upload before or while it is sent', async () => {
    const { id } = await desk.call('image.show', { ref: 'tiny' });
    await h1.freeDisk(POOL);
    await fill(h1, 8192);
    await h1.virsh('-q', 'pool-refresh', POOL);
    const { taskId } = await desk.call('image.upload', { ref: 'tiny', host: 'h1' });
    const task = await desk.ended(taskId);
    expect(task).toMatchObject({ state: 'failed', error: { code: 'host.disk_full' } });
    expect(task.error?.message).toMatch(/needs \d+ bytes; the storage pool "cp-small" has \d+ left/);
    expect((await files(h1)).filter((name) => name.includes(id))).toEqual([]);
    await h1.freeDisk(POOL);
    await h1.virsh('-q', 'pool-refresh', POOL);
    await desk.done((await desk.call('image.upload', { ref: 'tiny', host: 'h1' })).taskId);
  });
});
