import { createHash, randomInt } from 'node:crypto';
import { ExpectedError } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { storageVolume } from '../libvirt/protocol/storage.ts';
import type { VolumeRef } from '../libvirt/protocol/types.ts';
import { openFile } from './file-bytes.ts';
import type { ImageMap } from './image-map.ts';

/** Bytes of a piece that is read back, and how many pieces at most. */
const PIECE = 1024 * 1024;
const PIECES = 16;
/** Downloads at a time: each waits for the link's round trips, together they fill it. */
const AT_ONCE = 4;

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** The data in pieces; of a large image the first, the last and others spread evenly, each time at other places. */
export function piecesToCheck(map: ImageMap): Range[] {
  const all = map.runs.flatMap(([start, total]) =>
    Array.from({ length: Math.ceil(total / PIECE) }, (_, i) => ({
      offset: start + i * PIECE,
      length: Math.min(PIECE, total - i * PIECE),
    })),
  );
  if (all.length <= PIECES) return all;
  const stride = (all.length - 1) / (PIECES - 1);
  return Array.from({ length: PIECES }, (_, i) => {
    const at = Math.round(i * stride);
    const last = i === 0 || i === PIECES - 1;
    const shift = last ? 0 : randomInt(Math.max(1, Math.floor(stride)));
    return all[Math.min(at + shift, all.length - 1)] ?? { offset: 0, length: 0 };
  });
}

/**
 * Compares the host's copy with the file, by SHA-256 of pieces that are read back: an image of up to 16 MiB of data
 * whole, a larger one in 16 places. The way there is proof against change by itself (SSH's own check of each packet,
 * and libvirt's word at the end that all was written), so this looks for what those cannot see: data at a wrong place,
 * another writer, a disk that lies. Reading all of it back would double the time of every upload.
 * @throws ExpectedError `image.checksum_mismatch`
 */
export async function readBack(
  connection: LibvirtConnection,
  volume: VolumeRef,
  path: string,
  map: ImageMap,
  options: CallOptions,
): Promise<void> {
  await using file = await openFile(path);
  const pieces = piecesToCheck(map).values();
  const check = async (): Promise<void> => {
    for (const { offset, length } of pieces) {
      const ours = createHash('sha256').update(await file.read(offset, length));
      const theirs = await hashOf(connection, volume, offset, length, options);
      if (ours.digest('hex') !== theirs) throw differs(volume, offset, length);
    }
  };
  const checks = await Promise.allSettled(Array.from({ length: AT_ONCE }, check));
  for (const result of checks) if (result.status === 'rejected') throw result.reason;
}

function differs(volume: VolumeRef, offset: number, length: number): ExpectedError {
  return new ExpectedError('image.checksum_mismatch', 'The host’s copy of the image differs from it', {
    remedy: 'Try the upload again; if it happens again, look at the host’s disk and memory.',
    details: { volume: volume.name, offset, length },
  });
}

async function hashOf(
  connection: LibvirtConnection,
  volume: VolumeRef,
  offset: number,
  length: number,
  options: CallOptions,
): Promise<string> {
  const args = { volume, offset, length, flags: 0 };
  const { stream } = await connection.openStream(storageVolume.download, args, {
    ...options,
    overflow: 'pause',
  });
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
