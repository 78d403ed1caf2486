import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../tests/fakes/api.ts';

let api: Api;
let folder: string;
let disk: string;

beforeEach(() => {
  api = openApi();
  folder = mkdtempSync(join(tmpdir(), 'micronova-images-'));
  disk = join(folder, 'disk.raw');
  const bootSector = Buffer.alloc(512);
  bootSector.set([0x55, 0xaa], 510);
  writeFileSync(disk, bootSector);
  truncateSync(disk, 1024 * 1024);
});
afterEach(() => {
  api[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const refused = (code: string, field?: string) =>
  expect.objectContaining({ code, ...(field !== undefined && { field }) });

describe('an image', () => {
  it('is looked at before its row and its task are written', async () => {
    const host = api.addHost();
    const { image, taskId } = await api.call('image.create', { name: 'raw', file: disk, uploadTo: ['one'] });
    expect(image).toMatchObject({ status: 'queued', diskFormat: 'raw', size: 1024 * 1024, sha256: null });
    expect(await api.call('task.show', { id: taskId })).toMatchObject({
      kind: 'image.create',
      imageId: image.id,
    });
    expect(host.id).toBeTruthy();
  });

  it.each([
    ['a text file', 'hello, I am text\n'.repeat(100), 'image.bad_format'],
    ['an empty file', '', 'image.bad_format'],
    ['a truncated qcow2', 'QFI\xfb\0\0\0\x03', 'image.truncated'],
  ])('is refused when it is %s', async (_, content, code) => {
    const file = join(folder, 'bad.img');
    writeFileSync(file, content, 'latin1');
    await expect(api.call('image.create', { name: 'bad', file })).rejects.toEqual(refused(code));
    expect(await api.call('image.list', {})).toEqual([]);
    expect(await api.call('task.list', {})).toEqual([]);
  });

  it('is refused when it is not there, or named by a relative path', async () => {
    const file = join(folder, 'no.img');
    await expect(api.call('image.create', { name: 'x', file })).rejects.toEqual(
      refused('image.file_unreadable'),
    );
    await expect(api.call('image.create', { name: 'x', file: 'no.img' })).rejects.toEqual(
      refused('bad_input', 'file'),
    );
    await expect(api.call('image.create', { name: 'x', file: disk, uploadTo: ['no'] })).rejects.toEqual(
      refused('host.not_found', 'uploadTo'),
    );
  });

  it('may share its name, and then is asked for by id', async () => {
    const one = api.addImage();
    api.addImage();
    await expect(api.call('image.show', { ref: 'tiny' })).rejects.toEqual(refused('ambiguous', 'ref'));
    expect(await api.call('image.show', { ref: one.id })).toEqual(one);
  });

  it('is changed', async () => {
    api.addImage();
    await api.call('image.set', { ref: 'tiny', properties: { a: '1', b: '2' } });
    const set = { ref: 'tiny', name: 'new', minDisk: 3, properties: { c: '3' }, unsetProperties: ['a'] };
    expect(await api.call('image.set', set)).toMatchObject({
      name: 'new',
      minDisk: 3,
      properties: { b: '2', c: '3' },
    });
  });

  it('is uploaded once it is active', async () => {
    const host = api.addHost();
    api.addImage();
    const { taskId } = await api.call('image.upload', { ref: 'tiny', host: 'one' });
    expect(await api.call('task.show', { id: taskId })).toMatchObject({ lane: `host:${host.id}` });
    api.addImage({ name: 'new', status: 'saving' });
    await expect(api.call('image.upload', { ref: 'new', host: 'one' })).rejects.toEqual(
      refused('image.not_active', 'ref'),
    );
  });

  it('is deleted once, and nothing new is built from it meanwhile', async () => {
    const { id } = api.addImage();
    await api.addFlavor();
    expect(await api.call('image.delete', { ref: 'tiny' })).toEqual({ id });
    expect(await api.call('image.delete', { ref: 'tiny' })).toEqual({ id });
    expect(await api.call('task.list', {})).toHaveLength(1);
    await expect(
      api.call('instance.create', { name: 'web', flavor: 'm1.tiny', image: 'tiny' }),
    ).rejects.toEqual(refused('image.not_active', 'image'));
  });
});
