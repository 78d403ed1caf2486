import type { FileBytes } from './file-bytes.ts';

const SECTOR = 512;
const PROTECTIVE = 0xee;

interface Partition {
  readonly status: number;
  readonly type: number;
  /** sectors */
  readonly start: number;
  /** sectors */
  readonly length: number;
}

export interface RawFacts {
  /** what makes it a disk, or null where nothing does */
  readonly evidence: 'gpt' | 'mbr' | 'boot-sector' | 'file-system' | null;
  /** bytes that the disk's own tables say it has at least */
  readonly neededSize: number;
}

const FILE_SYSTEMS = [
  { at: 1080, bytes: Buffer.from([0x53, 0xef]) },
  { at: 0, bytes: Buffer.from('XFSB') },
  { at: 65_600, bytes: Buffer.from('_BHRfS_M') },
  { at: 0, bytes: Buffer.from('hsqs') },
  { at: 536, bytes: Buffer.from('LVM2 001') },
  { at: 1024, bytes: Buffer.from([0x10, 0x20, 0xf5, 0xf2]) },
] as const;

/**
 * Raw has no header, so a raw image is known by what a machine could boot or mount: a GPT, an MBR, a boot sector or a
 * file system. Anything else is refused as no image at all. Nova takes it for raw; but there an operator named the
 * format, here the content is all there is.
 */
export async function readRaw(file: FileBytes): Promise<RawFacts> {
  const head = await file.read(0, 2 * SECTOR);
  const gptSize = gptNeeds(head);
  if (gptSize !== null) return { evidence: 'gpt', neededSize: gptSize };
  if (head.length >= SECTOR && head.readUInt16LE(510) === 0xaa55) {
    const partitions = readMbr(head);
    if (partitions === null) return { evidence: 'boot-sector', neededSize: 0 };
    const end = Math.max(...partitions.map((p) => p.start + p.length));
    return { evidence: 'mbr', neededSize: end * SECTOR };
  }
  for (const { at, bytes } of FILE_SYSTEMS) {
    const found = await file.read(at, bytes.length);
    if (found.equals(bytes)) return { evidence: 'file-system', neededSize: 0 };
  }
  return { evidence: null, neededSize: 0 };
}

/** Size in bytes up to the end of the backup header, which is the disk's last sector; null without a GPT. UEFI 5.3.2 */
function gptNeeds(head: Buffer): number | null {
  if (head.length < 2 * SECTOR || head.toString('latin1', SECTOR, SECTOR + 8) !== 'EFI PART') return null;
  const lastSector = head.readBigUInt64LE(SECTOR + 32);
  return Number(lastSector + 1n) * SECTOR;
}

/** The partitions in use; null where the table's place holds something else, as in a file system's boot sector. */
function readMbr(head: Buffer): Partition[] | null {
  const all = [446, 462, 478, 494].map((at) => ({
    status: head.readUInt8(at),
    type: head.readUInt8(at + 4),
    start: head.readUInt32LE(at + 8),
    length: head.readUInt32LE(at + 12),
  }));
  const sane = all.every((p) => (p.status === 0 || p.status === 0x80) && (p.type === 0 || p.start > 0));
  // The protective entry of a GPT may cover more than there is.
  const used = all.filter((p) => p.type !== 0 && p.type !== PROTECTIVE);
  return sane && used.length > 0 ? used : null;
}
