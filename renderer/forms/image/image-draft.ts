import type { Image, Input, ShellOutput } from '../../../core/contract/index.ts';
import { fromPairs, toPairs, type Pair } from '../../ui/PairsEditor.tsx';

export type ImageFile = NonNullable<ShellOutput<'shell.pickImage'>>;

/** What a person says about an image, new or there already. */
export interface ImageDraft {
  readonly name: string;
  /** GiB; 0: no minimum */
  readonly minDisk: number;
  /** MiB; 0: no minimum */
  readonly minRam: number;
  readonly properties: readonly Pair[];
}

export const emptyImageDraft: ImageDraft = { name: '', minDisk: 0, minRam: 0, properties: [] };

export function draftOf(image: Image): ImageDraft {
  const { name, minDisk, minRam, properties } = image;
  return { name, minDisk, minRam, properties: toPairs(properties) };
}

/** `debian-12` from `debian-12.qcow2`; dots within a name belong to it. */
export function nameFromFile(file: string): string {
  const stem = file.replace(/\.(qcow2?|img|raw|bin|disk)$/i, '').trim();
  return stem === '' ? file : stem;
}

/** A name that nobody has touched goes with its file. */
export function withFile(draft: ImageDraft, before: ImageFile | null, after: ImageFile): ImageDraft {
  const untouched = draft.name.trim() === '' || (before !== null && draft.name === nameFromFile(before.name));
  return untouched ? { ...draft, name: nameFromFile(after.name) } : draft;
}

/** The request that makes the image of the draft. */
export function createRequest(
  draft: ImageDraft,
  file: ImageFile,
  uploadTo: readonly string[],
): Input<'image.create'> {
  return {
    name: draft.name.trim(),
    file: file.path,
    minDisk: draft.minDisk,
    minRam: draft.minRam,
    properties: fromPairs(draft.properties),
    uploadTo: [...uploadTo],
  };
}

/** The request that makes `image` what the draft says; properties that are not in it any more are taken away. */
export function setRequest(image: Image, draft: ImageDraft): Input<'image.set'> {
  const properties = fromPairs(draft.properties);
  const unsetProperties = Object.keys(image.properties).filter((key) => !Object.hasOwn(properties, key));
  return {
    ref: image.id,
    name: draft.name.trim(),
    minDisk: draft.minDisk,
    minRam: draft.minRam,
    properties,
    unsetProperties,
  };
}
