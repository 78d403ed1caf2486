import { both32, SECTOR, shortDate } from './fields.ts';
import type { IsoFile, IsoFolder } from './tree.ts';

/** Which record of a folder a system use area belongs to. */
export type RecordRole = 'root-self' | 'self' | 'parent' | 'entry';

export interface SystemUse {
  /** @param room bytes left in the record */
  area(entry: IsoFile | IsoFolder, role: RecordRole, room: number): Buffer;
}

/** One SUSP entry: signature, length, version 1, payload. SUSP 1.12 section 4 */
function entry(signature: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(signature, 'ascii'), Buffer.from([payload.length + 4, 1]), payload]);
}

const CE_LENGTH = 28;
const FILE_MODE = 0o100_444;
const FOLDER_MODE = 0o040_555;

const EXTENSION_ID = 'RRIP_1991A';
const EXTENSION_TEXT = 'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS';
const EXTENSION_SOURCE = 'SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION';

function extensionReference(): Buffer {
  const texts = [EXTENSION_ID, EXTENSION_TEXT, EXTENSION_SOURCE].map((text) => Buffer.from(text, 'ascii'));
  return entry('ER', Buffer.concat([Buffer.from([...texts.map((text) => text.length), 1]), ...texts]));
}

/**
 * Rock Ridge: long names, modes and dates of a POSIX system. What does not fit a directory record goes to a
 * continuation area. IEEE P1282 (RRIP 1.10)
 */
export class RockRidge implements SystemUse {
  readonly #at: Date;
  #sector = 0;
  #continued = Buffer.alloc(0);

  constructor(at: Date) {
    this.#at = at;
  }

  /** Begins anew with the continuation area at this sector. */
  startAt(sector: number): void {
    this.#sector = sector;
    this.#continued = Buffer.alloc(0);
  }

  /** What was put into the continuation area since `startAt`. */
  get continuation(): Buffer {
    return this.#continued;
  }

  area(of: IsoFile | IsoFolder, role: RecordRole, room: number): Buffer {
    const entries = [this.#posix(of), this.#times()];
    if (role === 'root-self') entries.unshift(entry('SP', Buffer.from([0xbe, 0xef, 0])));
    if (role === 'entry') entries.push(this.#name(of.name));
    if (role === 'root-self') entries.push(extensionReference());
    return this.#place(entries, room);
  }

  #posix(of: IsoFile | IsoFolder): Buffer {
    const folders = of.kind === 'folder' ? of.entries.filter((e) => e.kind === 'folder').length : 0;
    const links = of.kind === 'folder' ? 2 + folders : 1;
    const mode = of.kind === 'folder' ? FOLDER_MODE : FILE_MODE;
    return entry('PX', Buffer.concat([both32(mode), both32(links), both32(0), both32(0)]));
  }

  /** modification, access and attribute change */
  #times(): Buffer {
    const date = shortDate(this.#at);
    return entry('TF', Buffer.concat([Buffer.from([0x0e]), date, date, date]));
  }

  #name(name: string): Buffer {
    const bytes = Buffer.from(name, 'utf8');
    if (bytes.length > 250) throw new Error(`name too long for Rock Ridge: ${name}`);
    return entry('NM', Buffer.concat([Buffer.from([0]), bytes]));
  }

  #place(entries: readonly Buffer[], room: number): Buffer {
    const all = Buffer.concat(entries);
    if (all.length <= room) return all;
    const here: Buffer[] = [];
    const later = [...entries];
    let left = room - CE_LENGTH;
    for (let next = later[0]; next && next.length <= left; next = later[0]) {
      here.push(next);
      later.shift();
      left -= next.length;
    }
    return Buffer.concat([...here, this.#continue(Buffer.concat(later))]);
  }

  #continue(rest: Buffer): Buffer {
    const used = this.#continued.length % SECTOR;
    // A continuation lies within one sector.
    const gap = used + rest.length > SECTOR ? SECTOR - used : 0;
    const start = this.#continued.length + gap;
    this.#continued = Buffer.concat([this.#continued, Buffer.alloc(gap), rest]);
    const sector = this.#sector + Math.floor(start / SECTOR);
    return entry('CE', Buffer.concat([both32(sector), both32(start % SECTOR), both32(rest.length)]));
  }
}
