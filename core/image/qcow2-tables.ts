import type { FileBytes } from './file-bytes.ts';
import { truncated, type Qcow2Header } from './qcow2.ts';

/** Bits 9–55 of a table entry: an offset in the file. QEMU docs/interop/qcow2.txt */
const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;
const ALL_ZERO = 1n;

/**
 * Follows the tables and makes sure that all they point to lies in the file. One table read covers 512 MiB of disk at
 * the usual cluster size, so this is quick. As in `qemu-img check`, a last cluster may be cut short: QEMU reads the
 * rest as zeros.
 * @throws ExpectedError `image.truncated`
 */
export async function checkTables(file: FileBytes, header: Qcow2Header): Promise<void> {
  const clusterSize = 2 ** header.clusterBits;
  within(file, header.l1Offset + header.l1Size * 8, 'first-level table');
  within(file, header.refcountOffset + header.refcountClusters * clusterSize, 'reference counts');
  const l1 = await file.read(header.l1Offset, header.l1Size * 8);
  // Each table is read once, however often a hostile image names it.
  const tables = new Set([...entriesOf(l1, 8)].map((entry) => Number(entry & OFFSET_MASK)));
  tables.delete(0);
  for (const at of tables) {
    within(file, at + clusterSize, 'second-level tables');
    const table = await file.read(at, clusterSize);
    for (const data of entriesOf(table, header.extendedL2 ? 16 : 8)) checkData(file, header, data);
  }
}

function* entriesOf(table: Buffer, stride: number): Generator<bigint> {
  for (let at = 0; at + 8 <= table.length; at += stride) {
    // Most entries of a sparse image are empty; telling so by the halves spares a bigint.
    if (table.readUInt32BE(at) !== 0 || table.readUInt32BE(at + 4) !== 0) yield table.readBigUInt64BE(at);
  }
}

function checkData(file: FileBytes, header: Qcow2Header, entry: bigint): void {
  if ((entry & COMPRESSED) !== 0n) {
    within(file, compressedEnd(entry, header.clusterBits) - 511, 'data');
    return;
  }
  const at = Number(entry & OFFSET_MASK);
  // A cluster that reads as zeros may have its place reserved beyond the end.
  if (at === 0 || (!header.extendedL2 && (entry & ALL_ZERO) !== 0n)) return;
  within(file, at + 1, 'data');
}

/** End of a compressed cluster, rounded up to 512 bytes. */
function compressedEnd(entry: bigint, clusterBits: number): number {
  const offsetBits = BigInt(62 - (clusterBits - 8));
  const offset = entry & ((1n << offsetBits) - 1n);
  const sectors = (entry & (COMPRESSED - 1n)) >> offsetBits;
  return Number((offset & ~511n) + (sectors + 1n) * 512n);
}

function within(file: FileBytes, end: number, what: string): void {
  if (end > file.size) {
    throw truncated(
      `The qcow2 image is cut short: its ${what} would reach byte ${end}, the file has ${file.size}`,
    );
  }
}
