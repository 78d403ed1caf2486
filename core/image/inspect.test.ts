import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from './inspect.ts';

const CLUSTER = 65_536;
let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micronova-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function inspect(content: Buffer, size = content.length) {
  const path = join(folder, `${(count += 1)}.bin`);
  await writeFile(path, content);
  await truncate(path, size);
  return inspectImage(path);
}

/** A small valid image: header, reference counts, L1, L2 and one data cluster, a cluster each; 1 GiB virtual. */
function qcow2(change: (file: Buffer) => void = () => undefined): Buffer {
  const file = Buffer.alloc(6 * CLUSTER);
  file.write('QFI\xfb', 0, 'latin1');
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(16, 20);
  file.writeBigUInt64BE(2n ** 30n, 24);
  file.writeUInt32BE(2, 36);
  file.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  file.writeBigUInt64BE(BigInt(CLUSTER), 48);
  file.writeUInt32BE(1, 56);
  file.writeUInt32BE(4, 96);
  file.writeUInt32BE(104, 100);
  file.writeBigUInt64BE((1n << 63n) | BigInt(4 * CLUSTER), 3 * CLUSTER);
  file.writeBigUInt64BE((1n << 63n) | BigInt(5 * CLUSTER), 4 * CLUSTER);
  file.fill(1, 5 * CLUSTER);
  change(file);
  return file;
}

function mbr(sectors: number): Buffer {
  const head = Buffer.alloc(512);
  head.writeUInt8(0x80, 446);
  head.writeUInt8(0x83, 450);
  head.writeUInt32LE(2048, 454);
  head.writeUInt32LE(sectors - 2048, 458);
  head.writeUInt16LE(0xaa55, 510);
  return head;
}

describe('qcow2', () => {
  it('is known by its content', async () => {
    await expect(inspect(qcow2())).resolves.toEqual({
      diskFormat: 'qcow2',
      size: 6 * CLUSTER,
      virtualSize: 2 ** 30,
    });
  });

  it('takes version 2 and internal snapshots', async () => {
    const old = qcow2((f) => {
      f.writeUInt32BE(2, 4);
      f.fill(0, 72, 104);
      f.writeUInt32BE(1, 60);
    });
    await expect(inspect(old)).resolves.toMatchObject({ diskFormat: 'qcow2' });
  });

  it.each<[string, (f: Buffer) => void, string]>([
    ['a backing file', (f) => f.writeBigUInt64BE(200n, 8), 'image.has_backing_file'],
    ['a data file by its feature bit', (f) => f.writeBigUInt64BE(4n, 72), 'image.has_data_file'],
    ['a data file by its extension', (f) => f.writeUInt32BE(0x44415441, 104), 'image.has_data_file'],
    ['unknown features', (f) => f.writeBigUInt64BE(32n, 72), 'image.bad_format'],
    ['the corrupt mark', (f) => f.writeBigUInt64BE(2n, 72), 'image.bad_format'],
    ['encryption', (f) => f.writeUInt32BE(2, 32), 'image.bad_format'],
    ['version 1', (f) => f.writeUInt32BE(1, 4), 'image.bad_format'],
    ['version 4', (f) => f.writeUInt32BE(4, 4), 'image.bad_format'],
    ['absurd clusters', (f) => f.writeUInt32BE(60, 20), 'image.bad_format'],
    ['a first-level table that is too small', (f) => f.writeUInt32BE(1, 36), 'image.bad_format'],
    ['a huge first-level table', (f) => f.writeUInt32BE(0xffff_ffff, 36), 'image.bad_format'],
    ['a size beyond all disks', (f) => f.writeBigUInt64BE(2n ** 63n, 24), 'image.bad_format'],
    ['data beyond the end', (f) => f.writeBigUInt64BE(BigInt(6 * CLUSTER), 4 * CLUSTER), 'image.truncated'],
    [
      'compressed data beyond the end',
      (f) => f.writeBigUInt64BE((1n << 62n) | BigInt(6 * CLUSTER), 4 * CLUSTER),
      'image.truncated',
    ],
    [
      'a table beyond the end',
      (f) => f.writeBigUInt64BE(BigInt(6 * CLUSTER), 3 * CLUSTER),
      'image.truncated',
    ],
  ])('refuses %s', async (_, change, code) => {
    await expect(inspect(qcow2(change))).rejects.toMatchObject({ code });
  });

  it.each([50, 90, 3 * CLUSTER, 5 * CLUSTER])('refuses one that is cut to %i bytes', async (size) => {
    await expect(inspect(qcow2(), size)).rejects.toMatchObject({ code: 'image.truncated' });
  });
});

describe('raw', () => {
  it('is a disk with a partition table', async () => {
    await expect(inspect(mbr(8192), 8192 * 512)).resolves.toEqual({
      diskFormat: 'raw',
      size: 8192 * 512,
      virtualSize: 8192 * 512,
    });
  });

  it('is refused when its partitions reach beyond its end', async () => {
    await expect(inspect(mbr(8192), 8000 * 512)).rejects.toMatchObject({ code: 'image.truncated' });
  });

  it('is refused when the backup of its GPT is missing', async () => {
    const head = Buffer.alloc(1024);
    head.write('EFI PART', 512);
    head.writeBigUInt64LE(8191n, 544);
    await expect(inspect(head, 8192 * 512)).resolves.toMatchObject({ diskFormat: 'raw' });
    await expect(inspect(head, 8191 * 512)).rejects.toMatchObject({ code: 'image.truncated' });
  });

  it('is a file system without partitions', async () => {
    const ext4 = Buffer.alloc(4096);
    ext4.writeUInt16LE(0xef53, 1080);
    await expect(inspect(ext4, 1_000_001)).resolves.toMatchObject({ virtualSize: 1_000_448 });
  });

  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /empty/],
    ['text', Buffer.from('hello world\n'.repeat(1000)), /text/],
    ['zeros', Buffer.alloc(100_000), /no disk image/],
    ['noise', Buffer.alloc(100_000, 'abc\0\xfe\x01', 'latin1'), /no disk image/],
    ['a VMDK', Buffer.from('KDMV'.padEnd(1000, '\0')), /VMDK/],
    ['a VMDK descriptor', Buffer.from('# Disk DescriptorFile\nversion=1\n'), /VMDK/],
    ['a fixed VHD', Buffer.concat([mbr(4096), Buffer.from('conectix'.padEnd(512, '\0'))]), /VHD/],
    ['a LUKS disk', Buffer.from('LUKS\xba\xbe'.padEnd(1000, '\0'), 'latin1'), /LUKS/],
    ['an xz archive', Buffer.from('\xfd7zXZ\0'.padEnd(1000, '\0'), 'latin1'), /Unpack|compressed/],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n'.padEnd(1000, '\0'), 'latin1'), /PNG/],
  ])('is not %s', async (_, content, message) => {
    const refused = inspect(content);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ code: 'image.bad_format' });
  });

  it('is not a CD image, though it may boot as a disk', async () => {
    const hybrid = Buffer.alloc(40_000);
    mbr(4096).copy(hybrid);
    hybrid.write('CD001', 32_769);
    await expect(inspect(hybrid)).rejects.toThrow(/CD or DVD/);
  });
});

it('says so when there is no such file, or a folder', async () => {
  await expect(inspectImage(join(folder, 'none'))).rejects.toMatchObject({ code: 'image.file_unreadable' });
  await expect(inspectImage(folder)).rejects.toMatchObject({ code: 'image.file_unreadable' });
});
