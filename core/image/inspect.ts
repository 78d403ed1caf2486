import { ExpectedError } from '../domain/errors.ts';
import { findDisguise, looksLikeText } from './disguises.ts';
import { openFile, type FileBytes } from './file-bytes.ts';
import { QCOW_MAGIC, readQcow2Header, truncated } from './qcow2.ts';
import { checkTables } from './qcow2-tables.ts';
import { readRaw } from './raw.ts';

export interface ImageFacts {
  readonly diskFormat: 'qcow2' | 'raw';
  /** bytes of the file */
  readonly size: number;
  /** bytes of the disk that the guest sees */
  readonly virtualSize: number;
}

/**
 * Finds an image's format by its content, never by its name, and refuses what is no whole, self-contained disk image.
 * @throws ExpectedError `image.file_unreadable`, `image.bad_format`, `image.truncated`, `image.has_backing_file`,
 * `image.has_data_file`
 */
export async function inspectImage(path: string): Promise<ImageFacts> {
  await using file = await openFile(path);
  if (file.size === 0) throw refuse('The file is empty', OTHER_FILE);
  const head = await file.read(0, 4096);
  if (head.subarray(0, 4).equals(QCOW_MAGIC)) return await inspectQcow2(file);
  await refuseForeign(file, head);
  return await inspectRaw(file);
}

function refuse(message: string, remedy?: string): ExpectedError {
  return new ExpectedError('image.bad_format', message, { field: 'file', remedy });
}

async function inspectQcow2(file: FileBytes): Promise<ImageFacts> {
  const header = await readQcow2Header(file);
  await checkTables(file, header);
  return { diskFormat: 'qcow2', size: file.size, virtualSize: header.virtualSize };
}

const OTHER_FILE = 'Choose a disk image, qcow2 or raw: a distribution calls it its cloud image.';
const CONVERT = 'Convert it with "qemu-img convert -O qcow2".';

async function refuseForeign(file: FileBytes, head: Buffer): Promise<void> {
  const disguise = await findDisguise(file);
  if (disguise?.kind === 'disk')
    throw refuse(`The file is a ${disguise.name} image, not qcow2 or raw`, CONVERT);
  if (disguise?.kind === 'iso') {
    throw refuse(
      `The file is a CD or DVD image (${disguise.name}), not a disk`,
      'Use a cloud image of the system, or install it to a disk first.',
    );
  }
  if (disguise?.kind === 'archive') {
    throw refuse(`The file is compressed or packed (${disguise.name})`, 'Unpack it first.');
  }
  if (disguise) throw refuse(`The file is no disk image: it is a ${disguise.name}`, OTHER_FILE);
  if (looksLikeText(head)) throw refuse('The file is no disk image: it holds text', OTHER_FILE);
}

async function inspectRaw(file: FileBytes): Promise<ImageFacts> {
  const raw = await readRaw(file);
  if (raw.evidence === null) {
    throw refuse(
      'The file is no disk image: it is not qcow2, and as a raw disk it has no partition table, boot sector or file system',
      OTHER_FILE,
    );
  }
  if (raw.neededSize > file.size) {
    throw truncated(
      `The raw image is cut short: its partition table needs ${raw.neededSize} bytes, the file has ${file.size}`,
    );
  }
  // QEMU shows a raw disk in whole sectors.
  return { diskFormat: 'raw', size: file.size, virtualSize: Math.ceil(file.size / 512) * 512 };
}
