import type { Flavor, Input } from '../../../core/contract/index.ts';
import { fromPairs, toPairs, type Pair } from '../../ui/PairsEditor.tsx';

/** What stands in the form of a flavor. */
export interface FlavorDraft {
  readonly name: string;
  readonly id: string;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
  /** GiB */
  readonly disk: number;
  /** GiB */
  readonly ephemeral: number;
  /** MiB */
  readonly swap: number;
  readonly isPublic: boolean;
  readonly description: string;
  readonly extraSpecs: readonly Pair[];
}

export const emptyFlavorDraft: FlavorDraft = {
  name: '',
  id: '',
  vcpus: 1,
  ram: 1024,
  disk: 10,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: '',
  extraSpecs: [],
};

export function draftOf(flavor: Flavor): FlavorDraft {
  return { ...flavor, description: flavor.description ?? '', extraSpecs: toPairs(flavor.extraSpecs) };
}

function descriptionOf(draft: FlavorDraft): string | null {
  return draft.description.trim() === '' ? null : draft.description.trim();
}

export function createRequest(draft: FlavorDraft): Input<'flavor.create'> {
  const { name, id, vcpus, ram, disk, ephemeral, swap, isPublic } = draft;
  return {
    name: name.trim(),
    ...(id.trim() !== '' && { id: id.trim() }),
    vcpus,
    ram,
    disk,
    ephemeral,
    swap,
    isPublic,
    description: descriptionOf(draft),
    extraSpecs: fromPairs(draft.extraSpecs),
  };
}

/** Only what may change: the description, and the extra specs with those that were taken out. */
export function setRequest(flavor: Flavor, draft: FlavorDraft): Input<'flavor.set'> {
  const extraSpecs = fromPairs(draft.extraSpecs);
  return {
    ref: flavor.id,
    description: descriptionOf(draft),
    extraSpecs,
    unsetExtraSpecs: Object.keys(flavor.extraSpecs).filter((key) => !Object.hasOwn(extraSpecs, key)),
  };
}
