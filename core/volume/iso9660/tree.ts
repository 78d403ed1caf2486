/** A file system tree as it will be seen; built from paths. */
export interface IsoFile {
  readonly kind: 'file';
  readonly name: string;
  readonly content: Buffer;
}

export interface IsoFolder {
  readonly kind: 'folder';
  readonly name: string;
  readonly parent: IsoFolder | null;
  readonly entries: readonly (IsoFile | IsoFolder)[];
}

interface Growing extends IsoFolder {
  readonly entries: (IsoFile | Growing)[];
}

/** @param files content by path, with `/` between names, e.g. `openstack/latest/meta_data.json` */
export function buildTree(files: Readonly<Record<string, Buffer>>): IsoFolder {
  const root: Growing = { kind: 'folder', name: '', parent: null, entries: [] };
  for (const path of Object.keys(files).toSorted()) {
    const names = path.split('/');
    const name = names.pop() ?? '';
    if (name === '' || names.includes('')) throw new Error(`not a path: ${path}`);
    const folder = names.reduce(folderIn, root);
    folder.entries.push({ kind: 'file', name, content: files[path] ?? Buffer.alloc(0) });
  }
  return root;
}

function folderIn(parent: Growing, name: string): Growing {
  const found = parent.entries.find((entry) => entry.name === name);
  if (found?.kind === 'file') throw new Error(`both a file and a folder: ${name}`);
  if (found) return found;
  const folder: Growing = { kind: 'folder', name, parent, entries: [] };
  parent.entries.push(folder);
  return folder;
}

/** All folders, each before what is in it, level by level: the order of a path table. ECMA-119 6.9.1 */
export function foldersByLevel(
  root: IsoFolder,
  sorted: (folder: IsoFolder) => readonly IsoFolder[],
): IsoFolder[] {
  const all = [root];
  for (const folder of all) all.push(...sorted(folder));
  return all;
}
