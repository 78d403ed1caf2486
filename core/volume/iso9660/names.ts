import { ucs2be } from './fields.ts';
import type { IsoFile, IsoFolder } from './tree.ts';

type Entry = IsoFile | IsoFolder;

/** The identifiers of a folder's entries, each used once. */
export type NameRule = (folder: IsoFolder) => ReadonlyMap<Entry, Buffer>;

function unique(
  folder: IsoFolder,
  shape: (entry: Entry, attempt: number) => string,
  encode: (name: string) => Buffer,
): Map<Entry, Buffer> {
  const taken = new Set<string>();
  const names = new Map<Entry, Buffer>();
  for (const entry of folder.entries) {
    let attempt = 0;
    while (taken.has(shape(entry, attempt))) attempt += 1;
    const name = shape(entry, attempt);
    taken.add(name);
    names.set(entry, encode(name));
  }
  return names;
}

/** Room for a number that tells two shortened names apart. */
function numbered(stem: string, limit: number, attempt: number): string {
  if (attempt === 0) return stem.slice(0, limit);
  const suffix = attempt.toString();
  return stem.slice(0, limit - suffix.length) + suffix;
}

/** Interchange level 2: at most 30 of A–Z, 0–9 and _, one dot in a file's name. ECMA-119 7.5, 10.2 */
export const plainNames: NameRule = (folder) =>
  unique(
    folder,
    (entry, attempt) => {
      const dot = entry.kind === 'file' ? entry.name.lastIndexOf('.') : -1;
      const stem = plain(dot > 0 ? entry.name.slice(0, dot) : entry.name);
      if (entry.kind === 'folder') return numbered(stem, 30, attempt);
      const extension = dot > 0 ? plain(entry.name.slice(dot + 1)).slice(0, 8) : '';
      return `${numbered(stem, 30 - extension.length, attempt)}.${extension};1`;
    },
    (name) => Buffer.from(name, 'ascii'),
  );

function plain(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}

/** At most 64 UCS-2 characters, without those that Joliet keeps for itself. */
export const jolietNames: NameRule = (folder) =>
  unique(
    folder,
    (entry, attempt) => {
      const name = numbered(entry.name.replace(/[*/:;?\\]|[\uD800-\uDFFF]/g, '_'), 62, attempt);
      return entry.kind === 'file' ? `${name};1` : name;
    },
    ucs2be,
  );
