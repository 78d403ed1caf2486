import { createHash } from 'node:crypto';
import { ExpectedError } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { SPARSE_STREAM, storageVolume } from '../libvirt/protocol/storage.ts';
import type { VolumeRef } from '../libvirt/protocol/types.ts';
import type { UploadStream } from '../libvirt/rpc/upload-stream.ts';
import { openFile, type FileBytes } from './file-bytes.ts';
import type { ImageMap } from './image-map.ts';
import { cancelled } from './scan.ts';

/** Bytes read from the disk at a time. */
const CHUNK = 1024 * 1024;

export interface TransferOptions extends CallOptions {
  readonly signal: AbortSignal;
  /** bytes of the file that are done, holes included; bytes in all */
  readonly onProgress: (done: number, total: number) => void;
}

/** Reads the runs in order, one chunk ahead of whoever takes them; a chunk is good until the next one is taken. */
async function* chunksOf(
  file: FileBytes,
  runs: ImageMap['runs'],
): AsyncGenerator<{ offset: number; bytes: Buffer }> {
  const wanted = runs.flatMap(([offset, length]) =>
    Array.from({ length: Math.ceil(length / CHUNK) }, (_, i) => ({
      offset: offset + i * CHUNK,
      length: Math.min(CHUNK, length - i * CHUNK),
    })),
  );
  // New memory for every chunk keeps the garbage collector busy for a tenth of the time.
  const buffers = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
  const read = (index: number) => {
    const part = wanted[index];
    const bytes = part && file.read(part.offset, part.length, buffers[index % buffers.length]);
    // It is awaited a turn later: until then nobody else would see it fail.
    bytes?.catch(() => undefined);
    return bytes;
  };
  let ahead = read(0);
  for (const [index, { offset }] of wanted.entries()) {
    const bytes = await ahead;
    ahead = read(index + 1);
    if (bytes) yield { offset, bytes };
  }
}

/**
 * Sends a file's data to a volume and leaves out its holes. What is sent is hashed on the way.
 * @throws ExpectedError `image.checksum_mismatch` when the file is not what its map says any more
 */
export async function uploadFile(
  connection: LibvirtConnection,
  volume: VolumeRef,
  path: string,
  map: ImageMap,
  options: TransferOptions,
): Promise<void> {
  await using file = await openFile(path);
  const args = { volume, offset: 0, length: map.size, flags: SPARSE_STREAM };
  await using upload = await connection.openUpload(storageVolume.upload, args, options);
  const giveUp = () => upload.abort(cancelled());
  options.signal.addEventListener('abort', giveUp, { once: true });
  try {
    const sent = await send(upload, file, map, options);
    if (sent !== map.dataSha256) throw changed(path);
    await upload.finish();
  } finally {
    options.signal.removeEventListener('abort', giveUp);
  }
}

async function send(
  upload: UploadStream,
  file: FileBytes,
  map: ImageMap,
  options: TransferOptions,
): Promise<string> {
  const hash = createHash('sha256');
  let position = 0;
  for await (const { offset, bytes } of chunksOf(file, map.runs)) {
    if (options.signal.aborted) throw cancelled();
    await upload.hole(offset - position);
    await upload.write(bytes);
    hash.update(bytes);
    position = offset + bytes.length;
    options.onProgress(position, map.size);
  }
  await upload.hole(map.size - position);
  options.onProgress(map.size, map.size);
  return hash.digest('hex');
}

function changed(path: string): ExpectedError {
  return new ExpectedError('image.checksum_mismatch', `The file ${path} is not the image it was`, {
    remedy: 'Delete the image and create it again from its source.',
  });
}
