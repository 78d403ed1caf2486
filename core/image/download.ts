import { open } from 'node:fs/promises';
import { ExpectedError } from '../domain/errors.ts';
import type { LibvirtConnection } from '../libvirt/connection.ts';
import { SPARSE_STREAM, storageVolume } from '../libvirt/protocol/storage.ts';
import { imageVolume } from '../volume/names.ts';
import type { StoragePool } from '../volume/pool.ts';
import type { HostImage } from './host-copy.ts';
import type { TransferOptions } from './upload.ts';

/**
 * Brings a host's copy of an image back: holes stay holes. The caller holds the file against the image's checksum.
 * @param transfers a connection that serves this transfer alone
 * @param file made anew
 * @throws ExpectedError `image.not_found` when the pool has no copy
 */
export async function downloadHostCopy(
  transfers: LibvirtConnection,
  pool: StoragePool,
  image: Pick<HostImage, 'id' | 'name' | 'diskFormat' | 'size'>,
  file: string,
  options: TransferOptions,
): Promise<void> {
  const volume = await pool.find(imageVolume(image.id, image.diskFormat), options);
  if (volume === null) {
    throw new ExpectedError('image.not_found', `The host has no copy of the image “${image.name}”`, {
      remedy: 'Create the image again from its source.',
    });
  }
  const args = { volume, offset: 0, length: 0, flags: SPARSE_STREAM };
  const download = await transfers.openDownload(storageVolume.download, args, options);
  const out = await open(file, 'w', 0o600);
  try {
    let at = 0;
    for await (const piece of download) {
      options.signal?.throwIfAborted();
      if (piece.type === 'data') {
        for (let from = 0; from < piece.bytes.length;) {
          const { bytesWritten } = await out.write(piece.bytes, from, piece.bytes.length - from, at + from);
          from += bytesWritten;
        }
        at += piece.bytes.length;
      } else at += piece.length;
      options.onProgress?.(Math.min(at, image.size), image.size);
    }
    await out.truncate(at);
  } finally {
    await out.close();
  }
}
