import { directoryRecord, type Extent } from './directories.ts';
import { both16, both32, longDate, padded, SECTOR } from './fields.ts';

export interface VolumeFacts {
  readonly label: string;
  /** sectors of the whole image */
  readonly sectors: number;
  /** bytes */
  readonly pathTableSize: number;
  readonly littlePathTable: number;
  readonly bigPathTable: number;
  readonly root: Extent;
  readonly at: Date;
}

function head(type: number): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from('CD001', 'ascii'), Buffer.from([1])]);
}

/** ECMA-119 8.3 */
export function terminator(): Buffer {
  return Buffer.concat([head(255), Buffer.alloc(SECTOR - 7)]);
}

/** ECMA-119 8.4 (primary) and 8.5 (supplementary, which Joliet is) */
export function volumeDescriptor(kind: 'primary' | 'joliet', volume: VolumeFacts): Buffer {
  const encoding = kind === 'primary' ? 'ascii' : 'ucs2be';
  const text = (value: string, length: number) => padded(value, length, encoding);
  const little = Buffer.alloc(8);
  little.writeUInt32LE(volume.littlePathTable, 0);
  const big = Buffer.alloc(8);
  big.writeUInt32BE(volume.bigPathTable, 0);
  const escapes = Buffer.alloc(32);
  // UCS-2 level 3
  if (kind === 'joliet') escapes.write('%/E', 'ascii');
  const parts = [
    head(kind === 'primary' ? 1 : 2),
    Buffer.alloc(1),
    text('', 32),
    text(volume.label, 32),
    Buffer.alloc(8),
    both32(volume.sectors),
    escapes,
    both16(1),
    both16(1),
    both16(SECTOR),
    both32(volume.pathTableSize),
    little,
    big,
    directoryRecord(Buffer.from([0]), volume.root, true, volume.at),
    text('', 128),
    text('', 128),
    text('', 128),
    text('MICRONOVA', 128),
    text('', 37),
    text('', 37),
    text('', 37),
    longDate(volume.at),
    longDate(volume.at),
    longDate(null),
    longDate(null),
    Buffer.from([1]),
  ];
  const used = Buffer.concat(parts);
  return Buffer.concat([used, Buffer.alloc(SECTOR - used.length)]);
}
