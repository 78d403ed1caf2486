import { terminator, volumeDescriptor } from './descriptors.ts';
import { Directories, type Extent, type Locate } from './directories.ts';
import { SECTOR, sectorsFor } from './fields.ts';
import { jolietNames, plainNames } from './names.ts';
import { RockRidge } from './rock-ridge.ts';
import { buildTree, type IsoFile, type IsoFolder } from './tree.ts';

/** Sectors 0–15 are the system's, then the two descriptors and their end. */
const FIRST_DESCRIPTOR = 16;
const FIRST_FREE = 19;

/** Hands out sectors and collects what goes there. */
class Layout {
  #next = FIRST_FREE;
  readonly #parts: { sector: number; bytes: Buffer }[] = [];

  take(bytes: number): number {
    const sector = this.#next;
    this.#next += sectorsFor(bytes);
    return sector;
  }

  put(sector: number, bytes: Buffer): void {
    this.#parts.push({ sector, bytes });
  }

  get sectors(): number {
    return this.#next;
  }

  render(): Buffer {
    const image = Buffer.alloc(this.#next * SECTOR);
    for (const { sector, bytes } of this.#parts) bytes.copy(image, sector * SECTOR);
    return image;
  }
}

const nowhere: Locate = () => ({ sector: 0, size: 0 });

/** A view of the tree with its places: the two path tables and one extent a folder. */
class View {
  readonly directories: Directories;
  readonly #extents = new Map<IsoFolder, Extent>();
  readonly #files: ReadonlyMap<IsoFile, Extent>;
  readonly pathTableSize: number;
  readonly little: number;
  readonly big: number;

  constructor(directories: Directories, layout: Layout, files: ReadonlyMap<IsoFile, Extent>) {
    this.directories = directories;
    this.#files = files;
    this.pathTableSize = directories.pathTable(nowhere, 'little').length;
    this.little = layout.take(this.pathTableSize);
    this.big = layout.take(this.pathTableSize);
    for (const folder of directories.folders) {
      const size = directories.render(folder, nowhere).length;
      this.#extents.set(folder, { sector: layout.take(size), size });
    }
  }

  locate: Locate = (entry) => {
    const extent = entry.kind === 'file' ? this.#files.get(entry) : this.#extents.get(entry);
    if (!extent) throw new Error(`no place for ${entry.name}`);
    return extent;
  };

  put(layout: Layout): void {
    layout.put(this.little, this.directories.pathTable(this.locate, 'little'));
    layout.put(this.big, this.directories.pathTable(this.locate, 'big'));
    for (const folder of this.directories.folders) {
      layout.put(this.locate(folder).sector, this.directories.render(folder, this.locate));
    }
  }
}

function filesOf(folder: IsoFolder): IsoFile[] {
  return folder.entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : filesOf(entry)));
}

/** Equal files share their place. */
function placeFiles(root: IsoFolder, layout: Layout): Map<IsoFile, Extent> {
  const byContent = new Map<string, Extent>();
  const extents = new Map<IsoFile, Extent>();
  for (const file of filesOf(root)) {
    const key = file.content.toString('latin1');
    const extent = byContent.get(key) ?? {
      sector: layout.take(file.content.length),
      size: file.content.length,
    };
    if (!byContent.has(key)) layout.put(extent.sector, file.content);
    byContent.set(key, extent);
    extents.set(file, extent);
  }
  return extents;
}

export interface IsoOptions {
  /** volume label, at most 16 characters */
  readonly label: string;
  /** date of everything in it: the same input makes the same bytes */
  readonly at: Date;
}

/**
 * An ISO 9660 image (ECMA-119) with Rock Ridge and Joliet.
 * @param files content by path
 */
export function writeIso(files: Readonly<Record<string, Buffer>>, options: IsoOptions): Buffer {
  const root = buildTree(files);
  const layout = new Layout();
  const rockRidge = new RockRidge(options.at);
  const extents = placeFiles(root, layout);
  const primary = new View(new Directories(root, plainNames, rockRidge, options.at), layout, extents);
  const joliet = new View(new Directories(root, jolietNames, null, options.at), layout, extents);
  // Measuring has filled the continuation area once, so its size is known.
  const continuation = layout.take(rockRidge.continuation.length);
  rockRidge.startAt(continuation);
  primary.put(layout);
  joliet.put(layout);
  layout.put(continuation, rockRidge.continuation);
  layout.put(FIRST_DESCRIPTOR, descriptor('primary', primary, root, layout, options));
  layout.put(FIRST_DESCRIPTOR + 1, descriptor('joliet', joliet, root, layout, options));
  layout.put(FIRST_DESCRIPTOR + 2, terminator());
  return layout.render();
}

function descriptor(
  kind: 'primary' | 'joliet',
  view: View,
  root: IsoFolder,
  layout: Layout,
  options: IsoOptions,
): Buffer {
  return volumeDescriptor(kind, {
    label: options.label,
    at: options.at,
    sectors: layout.sectors,
    pathTableSize: view.pathTableSize,
    littlePathTable: view.little,
    bigPathTable: view.big,
    root: view.locate(root),
  });
}
