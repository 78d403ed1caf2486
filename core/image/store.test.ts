import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMap, ImageStore } from './store.ts';

const MIB = 1024 * 1024;
let folder: string;
let store: ImageStore;
const options = { signal: new AbortController().signal, onProgress: () => undefined };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micronova-store-'));
  store = new ImageStore(join(folder, 'images'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A raw disk of 32 MiB with data at both ends and in the middle, the rest a hole. */
async function source(): Promise<string> {
  const path = join(folder, 'disk.raw');
  const content = Buffer.alloc(32 * MIB);
  content.writeUInt16LE(0xaa55, 510);
  content.fill('middle', 10 * MIB, 10 * MIB + 100_000);
  content.write('end', 32 * MIB - 3);
  await writeFile(path, content);
  return path;
}

describe('the image store', () => {
  it('copies, hashes and maps a file in one pass, and holes stay holes', async () => {
    const file = await source();
    const id = randomUUID();
    const seen: number[] = [];
    const stored = await store.import(id, file, { ...options, onProgress: (done) => seen.push(done) });
    const content = await readFile(file);
    expect(stored).toEqual({
      diskFormat: 'raw',
      size: 32 * MIB,
      virtualSize: 32 * MIB,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    expect((await readFile(store.path(id))).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(32 * MIB);
    const map = await readMap(store.path(id));
    expect(map?.runs).toEqual([
      [0, 65_536],
      [10 * MIB, 131_072],
      [32 * MIB - 65_536, 65_536],
    ]);
    // Where the file system knows holes, they are kept; everywhere the copy is no larger than its source.
    expect((await stat(store.path(id))).blocks).toBeLessThanOrEqual((await stat(file)).blocks);
  });

  it('takes what an earlier try finished, without its source', async () => {
    const file = await source();
    const id = randomUUID();
    const first = await store.import(id, file, options);
    await rm(file);
    await expect(store.import(id, file, options)).resolves.toEqual(first);
  });

  it('begins again when an earlier try was cut short', async () => {
    const file = await source();
    const id = randomUUID();
    await store.import(id, file, options);
    await truncate(store.path(id), 5 * MIB);
    await expect(store.import(id, file, options)).resolves.toMatchObject({ size: 32 * MIB });
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const abort = new AbortController();
    const cancelled = store.import(randomUUID(), await source(), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await expect(readdir(join(folder, 'images'))).resolves.toEqual([]);
  });

  it('refuses a file that is no image, before it copies', async () => {
    await writeFile(join(folder, 'a.txt'), 'text');
    await expect(store.import(randomUUID(), join(folder, 'a.txt'), options)).rejects.toMatchObject({
      code: 'image.bad_format',
    });
  });

  it('removes and sweeps, but no whole image, though nobody knows it', async () => {
    const [kept, unknown] = [randomUUID(), randomUUID()];
    const file = await source();
    await store.import(kept, file, options);
    await store.import(unknown, file, options);
    await writeFile(`${store.path(randomUUID())}.part`, 'x');
    await writeFile(`${store.path(randomUUID())}.map.json`, 'x');
    expect(await store.sweep(new Set([kept]))).toEqual([store.path(unknown)]);
    await store.remove(unknown);
    expect((await readdir(join(folder, 'images'))).toSorted()).toEqual([
      `${kept}.img`,
      `${kept}.img.map.json`,
    ]);
    await store.remove(kept);
    await store.remove(kept);
    expect(await readdir(join(folder, 'images'))).toEqual([]);
  });
});
