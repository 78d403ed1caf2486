import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { storageVolume } from '../libvirt/protocol/storage.ts';
import { consoleLogVolume } from '../volume/names.ts';
import type { StoragePool } from '../volume/pool.ts';

export interface LogPart {
  readonly bytes: Uint8Array;
  /** bytes of the whole log now */
  readonly length: number;
}

/**
 * What the guest wrote to its first serial port. The host keeps about 2 MiB and then starts a new file (virtlogd); an
 * offset beyond the end therefore means a new file, and is read from its beginning.
 */
export async function readConsoleLog(
  connection: LibvirtConnection,
  pool: StoragePool,
  guestId: string,
  offset: number,
  options: CallOptions,
): Promise<LogPart> {
  const volume = await pool.find(consoleLogVolume(guestId), options);
  if (!volume) return { bytes: new Uint8Array(), length: 0 };
  const length = await pool.fileSize(volume, options);
  const start = offset > length ? 0 : offset;
  if (start === length) return { bytes: new Uint8Array(), length };
  // No more than was there when its size was asked, so that the next offset is exact.
  const args = { volume, offset: start, length: length - start, flags: 0 };
  const { stream } = await connection.openStream(storageVolume.download, args, options);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return { bytes: Buffer.concat(chunks), length };
}
