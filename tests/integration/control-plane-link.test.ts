import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Host } from '../../core/contract/index.ts';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const MB = 1_000_000;
const POOL = '/var/lib/libvirt/images';
/** Milliseconds of silence after which a link is to be held dead. */
const LINK_TIMEOUT = 2_000;
/** Milliseconds within which a dead link is to be seen, by the issue; the timeout above leaves the rest to the machine. */
const SEEN = 10_000;

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;

const isLost = ({ connection, retryAt }: Host): boolean => connection === 'disconnected' && retryAt !== null;

/** An image of its own for each test, as nothing is sent twice. */
async function storedImage(name: string): Promise<string> {
  return desk.addImage(name);
}

async function upload(image: string): Promise<string> {
  return (await desk.call('image.upload', { ref: image, host: 'h1' })).taskId;
}

async function expectNoCopy(image: string): Promise<void> {
  expect((await desk.call('image.show', { ref: image })).cachedOn).toEqual([]);
  expect(await h1.sh(`ls ${POOL}`)).not.toMatch(new RegExp(`${image}.*complete`));
}

async function expectWholeCopy(image: string): Promise<void> {
  const { cachedOn, sha256, id } = await desk.call('image.show', { ref: image });
  expect(cachedOn).toHaveLength(1);
  const sum = await h1.sh(`sha256sum ${POOL}/micronova-image-${id}.qcow2`);
  expect(sum.split(' ')[0]).toBe(sha256);
}

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await desk.call('settings.set', { linkTimeout: LINK_TIMEOUT });
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
});

afterAll(async () => {
  await h1.restoreLink();
  await desk[Symbol.asyncDispose]();
});

describe('a wire that goes dead in the middle of an upload', () => {
  it('is seen in time, disturbs no other host, and the upload goes on when it is mended', async () => {
    const image = await storedImage('silent');
    await h1.cutLink(6 * MB);
    const taskId = await upload(image);
    const lost = await desk.host('h1', isLost);
    const progress = desk.events.filter((event) => event.type === 'task.progress');
    expect(lost.connectionError?.code).toMatch(/^transport\.(closed|timeout)$/);
    expect(JSON.stringify(lost.connectionError)).toMatch(/heard for/);
    expect(lost.connectionError?.remedy).toBeTruthy();
    expect(progress.length).toBeGreaterThan(0);

    const { id, taskId: building } = await desk.create({ name: 'beside', image, host: 'h2' });
    await desk.done(building);
    expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ACTIVE' });
    expect((await desk.call('host.show', { ref: 'h2' })).connection).toBe('connected');
    await desk.deleteInstance(id);

    expect((await desk.call('task.show', { id: taskId })).state).toBe('running');
    expect(await h1.sh(`ls ${POOL}`)).not.toContain('.complete');
    await h1.restoreLink();
    await desk.done(taskId);
    const { sha256 } = await desk.call('image.show', { ref: image });
    const sum = await h1.sh(`sha256sum ${POOL}/micronova-image-${image}.qcow2`);
    expect(sum.split(' ')[0]).toBe(sha256);
  });

  it('does not hold up the person who gives up', async () => {
    const image = await storedImage('given-up');
    await h1.cutLink(6 * MB);
    const taskId = await upload(image);
    const armed = Date.now();
    await desk.host('h1', isLost);
    expect(Date.now() - armed).toBeLessThan(SEEN);
    await desk.call('task.cancel', { id: taskId });
    expect(await desk.ended(taskId)).toMatchObject({ state: 'cancelled' });
    await h1.restoreLink();
    await desk.connected('h1');
    await expectNoCopy(image);
    await desk.done(await upload(image));
    await expectWholeCopy(image);
  });

  it('leaves nothing behind of an image that is given up and deleted', async () => {
    const image = await storedImage('deleted');
    await h1.cutLink(6 * MB);
    const taskId = await upload(image);
    await desk.host('h1', isLost);
    await desk.call('task.cancel', { id: taskId });
    await desk.ended(taskId);
    await h1.restoreLink();
    await desk.connected('h1');
    await desk.call('image.delete', { ref: image });
    await desk.plane.idle();
    expect(await h1.sh(`ls ${POOL}`)).not.toContain(image);
  });
});

describe('a connection that is reset in the middle of an upload', () => {
  it('is made again, and the upload with it', async () => {
    const image = await storedImage('reset');
    await h1.closeLink(6 * MB);
    await desk.done(await upload(image));
    const lost = desk.events.some(
      (event) => event.type === 'host.changed' && event.value.connectionError?.code === 'transport.closed',
    );
    expect(lost).toBe(true);
    await expectWholeCopy(image);
  });

  it('again and again ends the upload with a clear error; a later try is a fresh one', async () => {
    const image = await storedImage('hopeless');
    await h1.closeLink(4 * MB);
    const again = desk.plane.subscribe((event) => {
      const back = event.type === 'host.changed' && event.value.name === 'h1';
      if (back && event.value.connection === 'connected') void h1.closeLink(4 * MB);
    });
    const task = await desk.ended(await upload(image));
    again[Symbol.dispose]();
    expect(task).toMatchObject({ state: 'failed', error: { code: 'transport.closed' } });
    expect(task.error?.remedy).toBeTruthy();
    await expectNoCopy(image);

    await h1.restoreLink();
    await desk.connected('h1');
    await desk.done(await upload(image));
    await expectWholeCopy(image);
  });
});

describe('a wire that goes dead while an instance is built', () => {
  // Bytes from the first word of the build on: somewhere in its first steps, in the middle, near its end.
  it.each([2_000, 10_000, 25_000])('after %i bytes, holds it up and no more', async (bytes) => {
    await desk.connected('h1');
    await h1.cutLink(bytes);
    const { id, taskId, instance } = await desk.create({
      name: `after ${bytes}`,
      image: 'reset',
      host: 'h1',
    });
    await desk.host('h1', isLost);
    await h1.restoreLink();
    await desk.done(taskId);
    expect(await desk.status(id, 'ACTIVE')).toMatchObject({ powerState: 'RUNNING', fault: null });
    const { domains } = await h1.inventory();
    expect(domains.filter((name) => name === instance.domainName)).toHaveLength(1);
    await desk.deleteInstance(id);
  });
});

it('leaves no trace', async () => {
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});
