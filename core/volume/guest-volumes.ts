import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { SPARSE_STREAM, storageVolume } from '../libvirt/protocol/storage.ts';
import { buildConfigDrive, type ConfigDriveInput } from './config-drive.ts';
import {
  configDriveVolume,
  consoleLogVolume,
  ephemeralVolume,
  guestPrefix,
  imageVolume,
  rescueVolume,
  rootVolume,
  swapVolume,
} from './names.ts';
import type { StoragePool } from './pool.ts';
import { swapHeader } from './swap.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

export interface RootDiskInput {
  readonly id: string;
  /** GiB; 0 means the size of the image */
  readonly disk: number;
  readonly image: {
    readonly id: string;
    readonly diskFormat: 'qcow2' | 'raw';
    /** bytes */
    readonly virtualSize: number;
  };
}

/** An empty disk over the cached image, at least as large as it. */
export async function createRootDisk(
  pool: StoragePool,
  guest: RootDiskInput,
  options: CallOptions,
): Promise<void> {
  const { image } = guest;
  await pool.create(
    {
      name: rootVolume(guest.id),
      capacity: Math.max(guest.disk * GIB, image.virtualSize),
      format: 'qcow2',
      backing: {
        path: `${pool.path}/${imageVolume(image.id, image.diskFormat)}`,
        format: image.diskFormat,
      },
    },
    options,
  );
}

/** An empty disk over the cached image, which the guest boots while it is rescued. */
export async function createRescueDisk(
  pool: StoragePool,
  guestId: string,
  image: RootDiskInput['image'],
  options: CallOptions,
): Promise<void> {
  const path = `${pool.path}/${imageVolume(image.id, image.diskFormat)}`;
  const backing = { path, format: image.diskFormat };
  const name = rescueVolume(guestId);
  await pool.create({ name, capacity: image.virtualSize, format: 'qcow2', backing }, options);
}

/** Every disk that a rebuild makes anew. */
export async function removeOwnDisks(
  pool: StoragePool,
  guestId: string,
  options: CallOptions,
): Promise<void> {
  for (const name of [rootVolume, ephemeralVolume, swapVolume, rescueVolume]) {
    await pool.remove(name(guestId), options);
  }
}

/** @param gib size; 0: none is wanted */
export async function createEphemeralDisk(
  pool: StoragePool,
  guestId: string,
  gib: number,
  options: CallOptions,
): Promise<void> {
  if (gib === 0) return;
  await pool.create({ name: ephemeralVolume(guestId), capacity: gib * GIB, format: 'qcow2' }, options);
}

/** @param mib size; 0: none is wanted */
export async function createSwapDisk(
  connection: LibvirtConnection,
  pool: StoragePool,
  guestId: string,
  mib: number,
  options: CallOptions,
): Promise<void> {
  if (mib === 0) return;
  const name = swapVolume(guestId);
  await pool.create({ name, capacity: mib * MIB, format: 'raw' }, options);
  await writeStart(connection, pool, name, swapHeader(mib * MIB, guestId), options);
}

/** Written anew on every try: what it tells may have changed, and a cut-off one is of no use. */
export async function writeConfigDrive(
  connection: LibvirtConnection,
  pool: StoragePool,
  guest: ConfigDriveInput,
  options: CallOptions,
): Promise<void> {
  const name = configDriveVolume(guest.id);
  const content = buildConfigDrive(guest);
  await pool.remove(name, options);
  await pool.create({ name, capacity: content.length, format: 'raw' }, options);
  await writeStart(connection, pool, name, content, options);
}

async function writeStart(
  connection: LibvirtConnection,
  pool: StoragePool,
  name: string,
  content: Buffer,
  options: CallOptions,
): Promise<void> {
  const volume = await pool.get(name, options);
  const args = { volume, offset: 0, length: content.length, flags: SPARSE_STREAM };
  await using upload = await connection.openUpload(storageVolume.upload, args, options);
  await upload.write(content);
  await upload.finish();
}

/** So that the pool knows the file from the first day: a log that only QEMU made would need a refresh to be seen. */
export async function createConsoleLog(
  pool: StoragePool,
  guestId: string,
  options: CallOptions,
): Promise<void> {
  await pool.create({ name: consoleLogVolume(guestId), capacity: 0, format: 'raw' }, options);
}

/** Disks that another host made on storage that both share are seen only after a refresh. */
export async function hasRootDisk(
  pool: StoragePool,
  guestId: string,
  options: CallOptions,
): Promise<boolean> {
  await pool.refresh(options);
  return (await pool.find(rootVolume(guestId), options)) !== null;
}

/** Everything that carries the guest's prefix, logs that were rotated away included. */
export async function removeGuestVolumes(
  pool: StoragePool,
  guestId: string,
  options: CallOptions,
): Promise<void> {
  const prefix = guestPrefix(guestId);
  // Logs that were rotated away need it to be found.
  await pool.refresh(options);
  for (const name of await pool.names(options)) {
    if (name.startsWith(prefix)) await pool.remove(name, options);
  }
}
