import { ExpectedError } from '../domain/errors.ts';
import type { FileBytes } from './file-bytes.ts';

export const QCOW_MAGIC = Buffer.from('QFI\xfb', 'latin1');

/** Bits of `incompatible_features`. QEMU docs/interop/qcow2.txt */
const DIRTY = 1n;
const CORRUPT = 2n;
const EXTERNAL_DATA = 4n;
const COMPRESSION_TYPE = 8n;
const EXTENDED_L2 = 16n;
const KNOWN = DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

const EXTENSION_DATA_FILE = 0x44415441;
const MAX_L1_BYTES = 32 * 1024 * 1024;

export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  /** bytes that the guest sees */
  readonly virtualSize: number;
  /** entries */
  readonly l1Size: number;
  /** byte offset in the file */
  readonly l1Offset: number;
  readonly refcountOffset: number;
  /** clusters */
  readonly refcountClusters: number;
  readonly extendedL2: boolean;
}

function refuse(message: string, remedy?: string): ExpectedError {
  return new ExpectedError('image.bad_format', message, { field: 'file', remedy });
}

export function truncated(message: string): ExpectedError {
  return new ExpectedError('image.truncated', message, {
    field: 'file',
    remedy: 'Download or copy the image again, and compare its size and checksum with the publisher’s.',
  });
}

/**
 * Reads and judges the header. Refused: other versions, backing files, data files, encryption, the corrupt mark, and
 * every incompatible feature that is not known here, as the format's specification demands.
 */
export async function readQcow2Header(file: FileBytes): Promise<Qcow2Header> {
  const head = await file.read(0, 112);
  if (head.length < 72) throw truncated('The qcow2 image ends in its header');
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    throw refuse(
      `The image is qcow version ${version}; only versions 2 and 3 are taken`,
      'Convert it with "qemu-img convert -O qcow2".',
    );
  }
  if (version === 3 && head.length < 104) throw truncated('The qcow2 image ends in its header');
  const features = version === 3 ? head.readBigUInt64BE(72) : 0n;
  refuseReferences(head);
  refuseFeatures(features);
  await refuseDataFileExtension(file, version === 3 ? head.readUInt32BE(100) : 72);
  refuseCompression(head, features);
  return fieldsOf(head, version, (features & EXTENDED_L2) !== 0n);
}

function refuseReferences(head: Buffer): void {
  if (head.readBigUInt64BE(8) !== 0n) {
    throw new ExpectedError('image.has_backing_file', 'The qcow2 image needs a backing file', {
      field: 'file',
      remedy: 'Make one image of the chain with "qemu-img convert -O qcow2".',
    });
  }
  if (head.readUInt32BE(32) !== 0) {
    throw refuse(
      'The qcow2 image is encrypted, and a guest could not read it',
      'Decrypt it with "qemu-img convert".',
    );
  }
}

function dataFile(): ExpectedError {
  return new ExpectedError('image.has_data_file', 'The qcow2 image keeps its data in another file', {
    field: 'file',
    remedy: 'Make one image of both with "qemu-img convert -O qcow2".',
  });
}

function refuseFeatures(features: bigint): void {
  if ((features & EXTERNAL_DATA) !== 0n) throw dataFile();
  if ((features & CORRUPT) !== 0n) {
    throw refuse('The qcow2 image is marked as corrupt', 'Repair it with "qemu-img check -r all".');
  }
  if ((features & ~KNOWN) !== 0n) {
    throw refuse(
      `The qcow2 image uses features that are not known here (0x${(features & ~KNOWN).toString(16)})`,
      'Convert it with "qemu-img convert -O qcow2".',
    );
  }
}

async function refuseDataFileExtension(file: FileBytes, headerLength: number): Promise<void> {
  const area = await file.read(headerLength, 4096);
  for (let at = 0; at + 8 <= area.length;) {
    const type = area.readUInt32BE(at);
    if (type === 0) return;
    if (type === EXTENSION_DATA_FILE) throw dataFile();
    at += 8 + Math.ceil(area.readUInt32BE(at + 4) / 8) * 8;
  }
}

function refuseCompression(head: Buffer, features: bigint): void {
  if ((features & COMPRESSION_TYPE) === 0n || head.length < 105) return;
  // 0 is zlib, 1 is zstd
  if (head.readUInt8(104) > 1) throw refuse('The qcow2 image is compressed in a way that is not known here');
}

function fieldsOf(head: Buffer, version: 2 | 3, extendedL2: boolean): Qcow2Header {
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw refuse(`The qcow2 image has clusters of 2^${clusterBits} bytes`);
  }
  const l1Size = head.readUInt32BE(36);
  const virtualSize = Number(head.readBigUInt64BE(24));
  const entriesPerTable = 2 ** (clusterBits - (extendedL2 ? 4 : 3));
  const needed = Math.ceil(virtualSize / (entriesPerTable * 2 ** clusterBits));
  if (!Number.isSafeInteger(virtualSize) || l1Size * 8 > MAX_L1_BYTES || l1Size < needed) {
    throw refuse('The qcow2 image’s tables do not fit its size');
  }
  if (virtualSize === 0) throw refuse('The qcow2 image is a disk of no size');
  return {
    version,
    clusterBits,
    virtualSize,
    l1Size,
    l1Offset: Number(head.readBigUInt64BE(40)),
    refcountOffset: Number(head.readBigUInt64BE(48)),
    refcountClusters: head.readUInt32BE(56),
    extendedL2,
  };
}
