import type { Flavor, Image, Input, Keypair } from '../../../core/contract/index.ts';
import { ANYWHERE, type Where, whereOf } from '../../components/LaunchWhere.tsx';
import { fromPairs, type Pair } from '../../ui/PairsEditor.tsx';

/** What stands in the launch form. */
export interface LaunchDraft {
  readonly name: string;
  readonly count: number;
  readonly imageId: string | null;
  readonly flavorId: string | null;
  readonly keyName: string | null;
  /** null: the scheduler picks */
  readonly hostId: string | null;
  readonly userText: string;
  /** a file's content as base64; it stands in place of the text */
  readonly userFile: { readonly name: string; readonly base64: string } | null;
  readonly metadata: readonly Pair[];
  readonly where: Where;
  readonly description: string;
  readonly tags: readonly string[];
}

interface Choices {
  readonly images: readonly Image[];
  readonly flavors: readonly Flavor[];
  readonly keypairs: readonly Keypair[];
  /** of the instances there are */
  readonly names: ReadonlySet<string>;
}

const GIB = 1024 ** 3;

export function bySize(a: Flavor, b: Flavor): number {
  return a.ram - b.ram || a.vcpus - b.vcpus || a.disk - b.disk || a.name.localeCompare(b.name);
}

function byAge(a: { createdAt: string }, b: { createdAt: string }): number {
  return a.createdAt.localeCompare(b.createdAt);
}

/** Whether an image's wishes and size leave room in the flavor. */
export function fits(flavor: Flavor, image: Image): boolean {
  const disk = flavor.disk === 0 || flavor.disk * GIB >= image.virtualSize;
  return disk && flavor.ram >= image.minRam && (flavor.disk === 0 || flavor.disk >= image.minDisk);
}

/** The image's name with the first number that is free. */
export function suggestName(image: Image | undefined, taken: ReadonlySet<string>): string {
  const stem = (image?.name ?? 'instance').toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-');
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

/** A draft that can be launched as it is: the oldest image, the smallest flavor that holds it, the oldest key pair. */
export function firstDraft({ images, flavors, keypairs, names }: Choices): LaunchDraft {
  const image = images.filter((each) => each.status === 'active').toSorted(byAge)[0];
  const sorted = flavors.toSorted(bySize);
  const flavor = sorted.find((each) => image === undefined || fits(each, image)) ?? sorted[0];
  return {
    name: suggestName(image, names),
    count: 1,
    imageId: image?.id ?? null,
    flavorId: flavor?.id ?? null,
    keyName: keypairs.toSorted(byAge)[0]?.name ?? null,
    hostId: null,
    userText: '',
    userFile: null,
    metadata: [],
    where: ANYWHERE,
    description: '',
    tags: [],
  };
}

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** What the scheduler is asked about; null while something is not chosen yet. */
export function previewOf(draft: LaunchDraft): Input<'instance.preview'> | null {
  const { flavorId, imageId, hostId, count, where } = draft;
  if (flavorId === null || imageId === null) return null;
  return {
    flavor: flavorId,
    image: imageId,
    count,
    ...(hostId !== null && { host: hostId }),
    ...whereOf(where),
  };
}

/** The request that the draft stands for; null while something is not chosen yet. */
export function requestOf(draft: LaunchDraft): Input<'instance.create'> | null {
  const preview = previewOf(draft);
  if (preview === null) return null;
  const userData = draft.userFile?.base64 ?? (draft.userText === '' ? undefined : base64(draft.userText));
  return {
    ...preview,
    name: draft.name.trim(),
    keyName: draft.keyName,
    metadata: fromPairs(draft.metadata),
    ...(draft.description.trim() !== '' && { description: draft.description }),
    tags: [...draft.tags],
    ...(userData !== undefined && { userData }),
  };
}
