import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '../domain/errors.ts';
import { openFile } from './file-bytes.ts';
import { ImageMap } from './image-map.ts';
import { inspectImage, type ImageFacts } from './inspect.ts';
import { scanImage } from './scan.ts';

export interface StoredImage extends ImageFacts {
  /** hex */
  readonly sha256: string;
}

export interface ImportOptions {
  readonly signal: AbortSignal;
  /** bytes done, bytes in all */
  readonly onProgress: (done: number, total: number) => void;
}

const UNFINISHED = '.part';
const MAP = '.map.json';

/** Beside the image: its map, so that an upload need not search for holes again. */
export function mapFile(imageFile: string): string {
  return `${imageFile}${MAP}`;
}

/** @returns null where there is no map, or none that can be believed */
export async function readMap(imageFile: string): Promise<ImageMap | null> {
  const text = await readFile(mapFile(imageFile), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return ImageMap.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The images of this data folder, one file each, named by id. */
export class ImageStore {
  readonly #folder: string;

  /** @param folder made when the first image comes */
  constructor(folder: string) {
    this.#folder = folder;
  }

  path(imageId: string): string {
    return join(this.#folder, `${imageId}.img`);
  }

  /**
   * Copies a file into the store, checked and hashed on the way; holes stay holes. Repeated after a crash it starts
   * again, or takes what is complete.
   * @throws ExpectedError as `inspectImage`, `state.disk_full`, `cancelled`
   */
  async import(imageId: string, source: string, options: ImportOptions): Promise<StoredImage> {
    const target = this.path(imageId);
    const complete = await this.#complete(imageId);
    if (complete) return complete;
    const expected = await inspectImage(source);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const unfinished = target + UNFINISHED;
    try {
      const map = await copy(source, unfinished, options);
      await this.#checkCopy(unfinished, source, expected);
      await writeFile(mapFile(target), JSON.stringify(map), { mode: 0o600 });
      await rename(unfinished, target);
      return { ...expected, sha256: map.sha256 };
    } catch (error) {
      await rm(unfinished, { force: true });
      throw diskFull(error) ?? error;
    }
  }

  /**
   * Brings an image into the store from where somebody else keeps it.
   * @param download writes the file to the path that it is given
   * @throws ExpectedError `image.checksum_mismatch`, and as `import`
   */
  async fetch(
    imageId: string,
    sha256: string,
    download: (file: string) => Promise<void>,
    { signal }: Pick<ImportOptions, 'signal'>,
  ): Promise<StoredImage> {
    const complete = await this.#complete(imageId);
    if (complete?.sha256 === sha256) return complete;
    await this.remove(imageId);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Named so that `sweep` removes what a crash leaves.
    const file = this.path(randomUUID()) + UNFINISHED;
    try {
      await download(file);
      const stored = await this.import(imageId, file, { signal, onProgress: () => undefined });
      if (stored.sha256 === sha256) return stored;
    } catch (error) {
      throw diskFull(error) ?? error;
    } finally {
      await rm(file, { force: true });
    }
    await this.remove(imageId);
    throw new ExpectedError(
      'image.checksum_mismatch',
      'The host’s copy of the image is not what it once was',
      {
        remedy: 'Create the image again from its source.',
      },
    );
  }

  /** The map is written before the image gets its name, so both together are a finished import. */
  async #complete(imageId: string): Promise<StoredImage | null> {
    const map = await readMap(this.path(imageId));
    if (!map) return null;
    const facts = await inspectImage(this.path(imageId)).catch(() => null);
    return facts && facts.size === map.size ? { ...facts, sha256: map.sha256 } : null;
  }

  async #checkCopy(unfinished: string, source: string, expected: ImageFacts): Promise<void> {
    const facts = await inspectImage(unfinished);
    if (facts.size === expected.size && facts.virtualSize === expected.virtualSize) return;
    throw new ExpectedError('image.bad_format', `The file ${source} changed while it was copied`, {
      field: 'file',
      remedy: 'Try again once nothing writes to it.',
    });
  }

  /** Succeeds when there is none. */
  async remove(imageId: string): Promise<void> {
    const file = this.path(imageId);
    for (const path of [file, file + UNFINISHED, mapFile(file)]) await rm(path, { force: true });
  }

  /**
   * Removes what a crash left half done. Only while nothing is being imported.
   * @returns the files of whole images that nobody knows: they stay, for an older copy of the database may have been
   * put back, and the newer one after it
   */
  async sweep(knownIds: ReadonlySet<string>): Promise<string[]> {
    const names: readonly string[] = await readdir(this.#folder).catch(() => []);
    const unknown: string[] = [];
    for (const name of names) {
      const file = join(this.#folder, name);
      const id = /^(.{36})\.img(?:\.part|\.map\.json)?$/.exec(name)?.[1];
      if (id === undefined) continue;
      const isAlone = !names.includes(`${id}.img`) && !knownIds.has(id);
      if (isAlone || name.endsWith(UNFINISHED)) await rm(file, { force: true });
      else if (!knownIds.has(id) && name.endsWith('.img')) unknown.push(file);
    }
    return unknown;
  }
}

async function copy(source: string, target: string, options: ImportOptions): Promise<ImageMap> {
  await using file = await openFile(source);
  const out = await open(target, 'w', 0o600);
  try {
    const map = await scanImage(file, {
      ...options,
      onData: async (offset, bytes) => {
        for (let at = 0; at < bytes.length;) {
          at += (await out.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
        }
      },
    });
    await out.truncate(map.size);
    await out.sync();
    return map;
  } finally {
    await out.close();
  }
}

function diskFull(error: unknown): ExpectedError | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') return null;
  return new ExpectedError('state.disk_full', 'There is no room for the image on this computer', {
    cause: error,
    remedy: 'Free some space on the disk that holds the data folder, then try again.',
  });
}
