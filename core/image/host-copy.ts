import { ExpectedError } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { imageMarker, imagePrefix, imageVolume } from '../volume/names.ts';
import type { StoragePool } from '../volume/pool.ts';
import { openFile } from './file-bytes.ts';
import { dataSize, type ImageMap } from './image-map.ts';
import { readBack } from './read-back.ts';
import { scanImage } from './scan.ts';
import { readMap } from './store.ts';
import { uploadFile, type TransferOptions } from './upload.ts';

/** An image as its copies need it. */
export interface HostImage {
  readonly id: string;
  readonly name: string;
  readonly diskFormat: 'qcow2' | 'raw';
  /** bytes of the file */
  readonly size: number;
  /** hex */
  readonly sha256: string;
  /** the file on the desktop */
  readonly file: string;
}

/**
 * Whether the pool holds a complete copy. libvirt cannot rename a volume, so completeness is a second, empty volume
 * that is made last and carries the checksum in its name: both are there, or the copy is none.
 */
export async function hasHostCopy(
  pool: StoragePool,
  image: HostImage,
  options: CallOptions,
): Promise<boolean> {
  if (!(await pool.find(imageMarker(image.id, image.sha256), options))) return false;
  const volume = await pool.find(imageVolume(image.id, image.diskFormat), options);
  return volume !== null && (await pool.fileSize(volume, options)) === image.size;
}

/**
 * Takes a copy away that nothing needs any more.
 * @throws ExpectedError `host.in_use` while disks lie over it: they would be lost with it
 */
export async function removeHostCopy(
  pool: StoragePool,
  imageId: string,
  options: CallOptions,
): Promise<void> {
  for (const format of ['qcow2', 'raw'] as const) {
    const name = imageVolume(imageId, format);
    if (!(await pool.find(name, options))) continue;
    const users = await pool.laidOver(name, options);
    if (users.length === 0) continue;
    throw new ExpectedError('host.in_use', `Disks on the host still lie over image ${imageId}`, {
      remedy: 'Delete the instances that were made from it first.',
      details: { volumes: users },
    });
  }
  await clearAway(pool, imageId, options);
}

/** The copy, its marker, and whatever an upload that was cut short left. */
async function clearAway(pool: StoragePool, imageId: string, options: CallOptions): Promise<void> {
  const mine = (await pool.names(options)).filter((name) => name.startsWith(imagePrefix(imageId)));
  // The marker goes first: without it the rest is no copy, whatever happens next.
  const markersFirst = mine.toSorted(
    (a, b) => Number(b.endsWith('.complete')) - Number(a.endsWith('.complete')),
  );
  for (const name of markersFirst) await pool.remove(name, options);
}

/**
 * Makes a copy in the pool, byte for byte and sparse. The volume is made as raw, whatever the image is: libvirt would
 * first format a qcow2 one, and holes would then let that show through. Its real format is pinned wherever it is used.
 * @param transfers a connection that serves this transfer alone
 */
export async function makeHostCopy(
  transfers: LibvirtConnection,
  pool: StoragePool,
  image: HostImage,
  options: TransferOptions,
): Promise<void> {
  if (await hasHostCopy(pool, image, options)) return;
  await removeHostCopy(pool, image.id, options);
  const map = await mapOf(image, options);
  await checkSpace(pool, image, map, options);
  try {
    const name = imageVolume(image.id, image.diskFormat);
    const volume = await pool.create({ name, capacity: image.size, format: 'raw' }, options);
    await uploadFile(transfers, volume, image.file, map, options);
    await readBack(transfers, volume, image.file, map, options);
    await pool.create({ name: imageMarker(image.id, image.sha256), capacity: 0, format: 'raw' }, options);
  } catch (error) {
    // Without a marker it is no copy, so a failure here is left to the next try; it must not hide the first error.
    await clearAway(pool, image.id, { deadline: 15_000 }).catch(() => undefined);
    throw error;
  }
}

async function mapOf(image: HostImage, options: TransferOptions): Promise<ImageMap> {
  const stored = await readMap(image.file);
  const map = stored ?? (await scanFile(image.file, options.signal));
  if (map.sha256 === image.sha256 && map.size === image.size) return map;
  throw new ExpectedError('image.checksum_mismatch', `The stored file of image "${image.name}" has changed`, {
    remedy: 'Delete the image and create it again from its source.',
  });
}

async function scanFile(path: string, signal: AbortSignal): Promise<ImageMap> {
  await using file = await openFile(path);
  return await scanImage(file, { signal });
}

/** Before anything is sent: half an upload helps nobody. */
async function checkSpace(
  pool: StoragePool,
  image: HostImage,
  map: ImageMap,
  options: CallOptions,
): Promise<void> {
  const needed = dataSize(map);
  if (needed <= (await pool.space(options)).available) return;
  // libvirt's figures are as old as its last look: somebody may have made room since.
  await pool.refresh(options);
  const { available } = await pool.space(options);
  if (needed <= available) return;
  throw new ExpectedError(
    'host.disk_full',
    `The image "${image.name}" needs ${needed} bytes; the storage pool "${pool.name}" has ${available} left`,
    {
      remedy: 'Make room in the host’s storage pool.',
      details: { needed, available, pool: pool.name },
    },
  );
}
