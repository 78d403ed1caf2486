import { randomUUID } from 'node:crypto';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ComputeDriver, ImageSource } from '../../core/compute/driver.ts';
import { ImageStore } from '../../core/image/store.ts';
import type { Inventory } from '../lab/inventory.ts';
import { Lab } from '../lab/lab.ts';
import { DriverWorld, imageSource, never, silent } from './driver-world.ts';

const MIB = 1024 * 1024;
const POOL = '/var/lib/libvirt/images';
const lab = Lab.attach(inject('lab'));
const host = lab.host(1);

let world: DriverWorld;
let driver: ComputeDriver;
let image: ImageSource;
let before: Inventory;

/** A raw disk with a megabyte of noise at each of these places, in MiB, and holes between. */
async function rawDisk(mebibytes: number, places: readonly number[]): Promise<string> {
  const file = join(world.folder, `${randomUUID()}.raw`);
  await writeFile(file, '');
  await truncate(file, mebibytes * MIB);
  const handle = await open(file, 'r+');
  const noise = crypto.getRandomValues(new Uint8Array(64 * 1024));
  for (const place of places) {
    for (let at = 0; at < MIB; at += noise.length)
      await handle.write(noise, 0, noise.length, place * MIB + at);
  }
  await handle.write(Buffer.from([0x55, 0xaa]), 0, 2, 510);
  await handle.write(Buffer.alloc(64), 0, 64, 446);
  await handle.close();
  return file;
}

async function stored(file: string): Promise<ImageSource> {
  const store = new ImageStore(join(world.folder, 'images'));
  const id = randomUUID();
  const facts = await store.import(id, file, { ...silent });
  return { id, name: 'disk', ...facts, properties: {}, file: store.path(id) };
}

beforeAll(async () => {
  world = await DriverWorld.create(lab.key);
  driver = await world.connect(host);
  await driver.prepareHost(never);
});
afterAll(() => world.end());

beforeEach(async () => {
  before = await host.inventory();
});
afterEach(async () => {
  await driver.removeImage(image.id, never);
});

function onHost(of: ImageSource): string {
  return `${POOL}/micronova-image-${of.id}.${of.diskFormat}`;
}

describe('an upload', () => {
  it('arrives byte for byte, and sparse', async () => {
    image = await stored(await rawDisk(300, [0, 100, 299]));
    const seen: number[] = [];
    expect(await driver.hasImage(image, never)).toBe(false);
    await driver.uploadImage(image, { ...never, onProgress: (done) => seen.push(done) });
    expect(await driver.hasImage(image, never)).toBe(true);
    expect((await host.sh(`sha256sum < ${onHost(image)}`)).split(' ')[0]).toBe(image.sha256);
    const kibibytes = Number((await host.sh(`du -k ${onHost(image)}`)).split('\t')[0]);
    expect(kibibytes).toBeLessThan(8 * 1024);
    expect(seen.at(-1)).toBe(image.size);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await driver.removeImage(image.id, never);
    expect(await host.inventory()).toEqual(before);
  });

  it('is made once, also when two ask for it at the same time', async () => {
    image = await imageSource(await rawDisk(20, [0, 1, 2, 3, 4, 5]));
    await Promise.all([driver.uploadImage(image, silent), driver.uploadImage(image, silent)]);
    expect(await driver.hasImage(image, never)).toBe(true);
    const made = await host.sh(`stat -c %Y.%i ${onHost(image)}`);
    await driver.uploadImage(image, silent);
    expect(await host.sh(`stat -c %Y.%i ${onHost(image)}`)).toBe(made);
  });

  it('that was cancelled leaves nothing', async () => {
    image = await imageSource(
      await rawDisk(
        100,
        Array.from({ length: 100 }, (_, i) => i),
      ),
    );
    const abort = new AbortController();
    const cancelled = driver.uploadImage(image, {
      signal: abort.signal,
      onProgress: (done) => done > 10 * MIB && abort.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await host.inventory()).toEqual(before);
  });

  it('that lost its link is no copy, and the next try makes one', async () => {
    image = await imageSource(
      await rawDisk(
        60,
        Array.from({ length: 60 }, (_, i) => i),
      ),
    );
    const other = await world.connect(host);
    await host.closeLink(20 * MIB);
    await expect(other.uploadImage(image, silent)).rejects.toMatchObject({ code: 'transport.closed' });
    await host.restoreLink();
    driver = await world.connect(host);
    expect(await driver.hasImage(image, never)).toBe(false);
    await driver.uploadImage(image, silent);
    expect(await driver.hasImage(image, never)).toBe(true);
    expect((await host.sh(`sha256sum < ${onHost(image)}`)).split(' ')[0]).toBe(image.sha256);
  });

  it('of a file that has changed since is refused, and leaves nothing', async () => {
    image = await stored(await rawDisk(20, [0, 5]));
    const handle = await open(image.file, 'r+');
    await handle.write(Buffer.from('rot'), 0, 3, 5 * MIB);
    await handle.close();
    await expect(driver.uploadImage(image, silent)).rejects.toMatchObject({
      code: 'image.checksum_mismatch',
    });
    expect(await host.inventory()).toEqual(before);
  });
});

describe('a full disk', () => {
  it('is seen before anything is sent, or on the way, and leaves nothing', async () => {
    await host.smallPool('small', 16);
    const small = await world.connect(host, 'root', { pool: 'small' });
    image = await imageSource(
      await rawDisk(
        40,
        Array.from({ length: 40 }, (_, i) => i),
      ),
    );
    await expect(small.uploadImage(image, silent)).rejects.toMatchObject({ code: 'host.disk_full' });
    // libvirt believes that there is room, until it has written too much
    const late = await imageSource(
      await rawDisk(
        12,
        Array.from({ length: 12 }, (_, i) => i),
      ),
    );
    await host.fillDisk('small', 4096);
    await expect(small.uploadImage(late, silent)).rejects.toMatchObject({ code: 'host.disk_full' });
    expect((await host.sh('ls /var/lib/libvirt/small')).trim()).toBe('');
    await small.close();
    await host.removeSmallPool('small');
  });
});
