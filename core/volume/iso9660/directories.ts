import { both16, both32, SECTOR, shortDate } from './fields.ts';
import type { NameRule } from './names.ts';
import type { RecordRole, SystemUse } from './rock-ridge.ts';
import { foldersByLevel, type IsoFile, type IsoFolder } from './tree.ts';

type Entry = IsoFile | IsoFolder;

export interface Extent {
  readonly sector: number;
  /** bytes */
  readonly size: number;
}

export type Locate = (entry: Entry) => Extent;

const SELF = Buffer.from([0]);
const PARENT = Buffer.from([1]);
const MAX_RECORD = 254;

/** ECMA-119 9.1 */
export function directoryRecord(
  identifier: Buffer,
  extent: Extent,
  isFolder: boolean,
  at: Date,
  systemUse: (room: number) => Buffer = () => Buffer.alloc(0),
): Buffer {
  const pad = Buffer.alloc(identifier.length % 2 === 0 ? 1 : 0);
  const fixed = Buffer.concat([
    Buffer.from([0, 0]),
    both32(extent.sector),
    both32(extent.size),
    shortDate(at),
    Buffer.from([isFolder ? 2 : 0, 0, 0]),
    both16(1),
    Buffer.from([identifier.length]),
    identifier,
    pad,
  ]);
  const extra = systemUse(MAX_RECORD - fixed.length);
  const record = Buffer.concat([fixed, extra, Buffer.alloc(extra.length % 2)]);
  record.writeUInt8(record.length, 0);
  return record;
}

/** One view of the tree, with names of its own: plain ISO 9660 with Rock Ridge, or Joliet. */
export class Directories {
  /** in the order of the path table */
  readonly folders: readonly IsoFolder[];
  readonly #at: Date;
  readonly #systemUse: SystemUse | null;
  readonly #names = new Map<IsoFolder, ReadonlyMap<Entry, Buffer>>();

  constructor(root: IsoFolder, names: NameRule, systemUse: SystemUse | null, at: Date) {
    this.#systemUse = systemUse;
    this.#at = at;
    this.folders = foldersByLevel(root, (folder) => {
      this.#names.set(folder, names(folder));
      return this.#sorted(folder).filter((entry) => entry.kind === 'folder');
    });
  }

  #identifier(entry: Entry, folder: IsoFolder): Buffer {
    const identifier = this.#names.get(folder)?.get(entry);
    if (!identifier) throw new Error(`no identifier for ${entry.name}`);
    return identifier;
  }

  /** ECMA-119 9.3: by identifier */
  #sorted(folder: IsoFolder): Entry[] {
    return folder.entries.toSorted((a, b) =>
      Buffer.compare(this.#identifier(a, folder), this.#identifier(b, folder)),
    );
  }

  /** A folder's records; none crosses a sector's end. */
  render(folder: IsoFolder, locate: Locate): Buffer {
    const parent = folder.parent ?? folder;
    const records = [
      this.#record(SELF, folder, folder.parent ? 'self' : 'root-self', locate),
      this.#record(PARENT, parent, 'parent', locate),
      ...this.#sorted(folder).map((e) => this.#record(this.#identifier(e, folder), e, 'entry', locate)),
    ];
    let out = Buffer.alloc(0);
    for (const record of records) {
      const used = out.length % SECTOR;
      const gap = used + record.length > SECTOR ? SECTOR - used : 0;
      out = Buffer.concat([out, Buffer.alloc(gap), record]);
    }
    return Buffer.concat([out, Buffer.alloc((SECTOR - (out.length % SECTOR)) % SECTOR)]);
  }

  #record(identifier: Buffer, entry: Entry, role: RecordRole, locate: Locate): Buffer {
    return directoryRecord(
      identifier,
      locate(entry),
      entry.kind === 'folder',
      this.#at,
      (room) => this.#systemUse?.area(entry, role, room) ?? Buffer.alloc(0),
    );
  }

  /** ECMA-119 9.4 */
  pathTable(locate: Locate, endian: 'little' | 'big'): Buffer {
    const numbers = new Map(this.folders.map((folder, index) => [folder, index + 1]));
    return Buffer.concat(
      this.folders.map((folder) => {
        const identifier = folder.parent ? this.#identifier(folder, folder.parent) : SELF;
        const head = Buffer.alloc(8);
        head.writeUInt8(identifier.length, 0);
        const parent = numbers.get(folder.parent ?? folder) ?? 1;
        if (endian === 'little') {
          head.writeUInt32LE(locate(folder).sector, 2);
          head.writeUInt16LE(parent, 6);
        } else {
          head.writeUInt32BE(locate(folder).sector, 2);
          head.writeUInt16BE(parent, 6);
        }
        return Buffer.concat([head, identifier, Buffer.alloc(identifier.length % 2)]);
      }),
    );
  }
}
