import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LibvirtConnection } from '../../core/libvirt/connection.ts';
import { connect } from '../../core/libvirt/protocol/connect.ts';
import { SPARSE_STREAM, storagePool, storageVolume } from '../../core/libvirt/protocol/storage.ts';
import type { PoolRef, VolumeRef } from '../../core/libvirt/protocol/types.ts';
import { Lab } from '../lab/lab.ts';
import { LibvirtWay } from './libvirt-way.ts';

const MIB = 1024 * 1024;
const POOL = 'lvc-transfers';

const lab = Lab.attach(inject('lab'));
const host = lab.host(1);
let way: LibvirtWay;
let connection: LibvirtConnection;
let pool: PoolRef;

beforeAll(async () => {
  way = await LibvirtWay.to(lab, host);
  await host.smallPool(POOL, 64);
  connection = await way.open();
  ({ pool } = await connection.call(storagePool.lookupByName, { name: POOL }));
});
afterAll(async () => {
  await connection.close();
  await way[Symbol.asyncDispose]();
  await host.removeSmallPool(POOL);
});

async function withVolume(capacity: number, use: (volume: VolumeRef) => Promise<void>): Promise<void> {
  const xml = `<volume><name>v.raw</name><capacity>${capacity}</capacity><allocation>0</allocation>
    <target><format type='raw'/></target></volume>`;
  const { volume } = await connection.call(storageVolume.createXml, { pool, xml, flags: 0 });
  try {
    await use(volume);
  } finally {
    await connection.call(storageVolume.delete, { volume, flags: 0 });
  }
}

const sha256 = (...parts: Buffer[]): string =>
  createHash('sha256').update(Buffer.concat(parts)).digest('hex');
const whole = (volume: VolumeRef, flags = 0) => ({ volume, offset: 0, length: 0, flags });

describe('a transfer', () => {
  it('leaves holes out both ways, and every byte is the same', async () => {
    const [head, tail] = [randomBytes(3 * MIB + 1), randomBytes(2 * MIB)];
    const gap = 500 * MIB - 1;
    await withVolume(gap + head.length + tail.length, async (volume) => {
      const upload = await connection.openUpload(storageVolume.upload, whole(volume, SPARSE_STREAM));
      await upload.write(head);
      await upload.hole(gap);
      await upload.write(tail);
      await upload.finish();
      // Half a gigabyte in a pool of 64 MiB: the hole was really a hole.
      const info = await connection.call(storageVolume.getInfo, { volume });
      expect(info.capacity).toBe(gap + head.length + tail.length);
      expect(info.allocation).toBeLessThan(8 * MIB);

      const hash = createHash('sha256');
      let [bytes, holes] = [0, 0];
      const download = await connection.openDownload(storageVolume.download, whole(volume, SPARSE_STREAM));
      for await (const piece of download) {
        if (piece.type === 'hole') holes += piece.length;
        else bytes += hash.update(piece.bytes) && piece.bytes.length;
      }
      expect(bytes + holes).toBe(info.capacity);
      expect(bytes).toBeLessThan(8 * MIB);

      const end = { volume, offset: head.length + gap, length: tail.length, flags: 0 };
      const { stream } = await connection.openStream(storageVolume.download, end);
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      expect(sha256(...chunks)).toBe(sha256(tail));
    });
  });

  it('that finds the disk full says so, and the connection goes on', async () => {
    await withVolume(200 * MIB, async (volume) => {
      const upload = await connection.openUpload(storageVolume.upload, whole(volume));
      const fill = async (): Promise<void> => {
        for (let i = 0; i < 100; i++) await upload.write(randomBytes(MIB));
        await upload.finish();
      };
      await expect(fill()).rejects.toMatchObject({ code: 'host.disk_full' });
      await expect(connection.call(connect.getHostname, {})).resolves.toEqual({ hostname: 'h1' });
    });
  });

  it('that is given up leaves the volume usable, and the connection too', async () => {
    await withVolume(40 * MIB, async (volume) => {
      const upload = await connection.openUpload(storageVolume.upload, whole(volume));
      await upload.write(randomBytes(5 * MIB));
      upload.abort();
      const { stream } = await connection.openStream(storageVolume.download, whole(volume));
      stream.destroy();
      const again = await connection.openUpload(storageVolume.upload, whole(volume));
      await again.write(randomBytes(MIB));
      await again.finish();
      await expect(connection.call(connect.getHostname, {})).resolves.toEqual({ hostname: 'h1' });
    });
  });

  it('that nobody reads is given up before it fills memory; calls go on meanwhile', async () => {
    await withVolume(40 * MIB, async (volume) => {
      const { stream } = await connection.openStream(storageVolume.download, whole(volume), { limit: MIB });
      const closed = new Promise<Error>((resolve) => stream.once('error', resolve));
      await expect(connection.call(connect.getHostname, {})).resolves.toEqual({ hostname: 'h1' });
      expect(await closed).toMatchObject({ code: 'transport.closed' });
      expect(stream.readableLength).toBeLessThan(2 * MIB);
    });
  });

  it('waits for its reader where it has the connection to itself', async () => {
    await withVolume(40 * MIB, async (volume) => {
      await using own = await way.open();
      const options = { overflow: 'pause', limit: MIB } as const;
      const { stream } = await own.openStream(storageVolume.download, whole(volume), options);
      let bytes = 0;
      for await (const chunk of stream) {
        bytes += (chunk as Buffer).length;
        expect(stream.readableLength).toBeLessThan(4 * MIB);
        if (bytes % 16 === 0) await new Promise(setImmediate);
      }
      expect(bytes).toBe(40 * MIB);
    });
  });

  it('ends when the wire goes dead in the middle', async () => {
    await withVolume(40 * MIB, async (volume) => {
      const own = await way.open({ keepalive: 1000 });
      const upload = await own.openUpload(storageVolume.upload, whole(volume));
      await host.cutLink(3 * MIB);
      try {
        const send = async (): Promise<void> => {
          for (let i = 0; i < 40; i++) await upload.write(randomBytes(MIB));
          await upload.finish();
        };
        await expect(send()).rejects.toMatchObject({ code: 'transport.timeout' });
      } finally {
        await host.restoreLink();
        await host.closeLink();
        connection = await way.open();
      }
    });
  });
});
