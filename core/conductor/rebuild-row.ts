import type { DescribedGroup, DescribedImage, GuestDescription } from '../compute/mark.ts';
import type { FoundGuest } from '../compute/ownership.ts';
import type { Instance, PowerState, Quota, VmState } from '../contract/index.ts';
import { isExpected } from '../domain/errors.ts';
import { liveStateOf } from '../domain/power-states.ts';
import { parsePublicKey } from '../identity/ssh-keys.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane } from '../queue/kinds.ts';
import { claimExisting } from '../scheduler/existing-claim.ts';
import type { Tx } from '../state/database.ts';
import { insertExisting } from '../state/existing-instances.ts';
import { findFlavors, insertFlavor } from '../state/flavors.ts';
import { getImage, insertImage, insertImageCopy, updateImage } from '../state/images.ts';
import { findKeypairs, insertKeypair } from '../state/keypairs.ts';
import { findProjects, insertProject } from '../state/projects.ts';
import { getServerGroup, insertServerGroup, tellServerGroup } from '../state/server-groups.ts';
import { reclaimTime } from './reclaim-time.ts';

/** Where a guest was found, and whose work it is to bring it back. */
export interface Place {
  readonly hostId: string;
  readonly requestId: string;
}

/** Whatever had room once has it again; a person sets limits afterwards. */
const UNLIMITED: Quota = {
  instances: -1,
  cores: -1,
  ram: -1,
  keyPairs: -1,
  serverGroups: -1,
  serverGroupMembers: -1,
  metadataItems: -1,
};

/** The project of this name; made where there is none. @returns its id */
function ensureProject(tx: Tx, name: string): string {
  const there = findProjects(tx, name).find((project) => project.name === name);
  if (there !== undefined) return there.id;
  const id = tx.uuid();
  const createdAt = tx.now();
  insertProject(tx, { id, name, description: null, enabled: true, quota: UNLIMITED, createdAt });
  return id;
}

function ensureFlavor(tx: Tx, flavor: GuestDescription['flavor']): void {
  const taken = [...findFlavors(tx, flavor.id), ...findFlavors(tx, flavor.name)];
  if (taken.length === 0) insertFlavor(tx, { ...flavor, createdAt: tx.now() });
}

function ensureKeypair(tx: Tx, name: string | null, publicKey: string | null): void {
  if (name === null || publicKey === null || findKeypairs(tx, name).length > 0) return;
  try {
    const key = parsePublicKey(publicKey);
    insertKeypair(tx, { id: tx.uuid(), name, type: 'ssh', ...key, createdAt: tx.now() });
  } catch (error) {
    // The guest has its key, whatever we can say of it.
    if (!isExpected(error, 'keypair.bad_key')) throw error;
  }
}

/** The image's row, and its file from the host's copy; one that is there only learns of that copy. */
function ensureImage(tx: Tx, image: DescribedImage, { hostId, requestId }: Place): void {
  const there = getImage(tx, image.id);
  if (there !== undefined && there.status !== 'error') return insertImageCopy(tx, image.id, hostId);
  if (there === undefined) {
    insertImage(tx, { ...image, status: 'queued', minDisk: 0, minRam: 0, createdAt: tx.now() });
  } else updateImage(tx, image.id, { status: 'queued' });
  enqueue(tx, {
    kind: 'image.fetch',
    input: { imageId: image.id, hostId },
    subject: image.name,
    imageId: image.id,
    hostId,
    requestId,
    cancellable: false,
    lane: hostLane(hostId),
  });
}

function ensureServerGroup(
  tx: Tx,
  { id, name, policy, maxServerPerHost }: DescribedGroup,
  projectId: string,
) {
  if (getServerGroup(tx, id) !== undefined) return;
  insertServerGroup(tx, { id, name, policy, maxServerPerHost, projectId, createdAt: tx.now() });
}

type Kept = Pick<GuestDescription, 'rescue' | 'deletedFrom'>;

/** It was not to be had for a while: the time in which a softly deleted one can be restored begins anew. */
function keptOf(tx: Tx, { rescue, deletedFrom }: Kept) {
  const reclaimAt = deletedFrom === null ? null : reclaimTime(tx, Date.parse(tx.now()));
  return { rescue, deletedFrom, reclaimAt };
}

/** How a guest that was found stands. One that was softly deleted and runs is not deleted: somebody has started it. */
export function standingOf(powerState: PowerState, { rescue, deletedFrom }: Kept) {
  if (deletedFrom !== null && powerState === 'SHUTDOWN') return { vmState: 'soft-delete' } as const;
  const vmState: VmState = rescue === null ? (liveStateOf(powerState) ?? 'stopped') : 'rescued';
  return { vmState, deletedFrom: null, reclaimAt: null };
}

/**
 * Makes the rows of an instance again from what its guest says of itself: the instance, its claim, and whatever of
 * flavor, key pair, image, project and group is not there any more.
 * @param state as it stands already, or while a task makes it ours; left out: as the guest runs
 * @throws ExpectedError `guest.not_adoptable` while a row stands in the way
 */
export function rebuildRow(
  tx: Tx,
  found: FoundGuest,
  description: GuestDescription,
  place: Place,
  state?: Pick<Instance, 'vmState' | 'taskState'>,
): Instance {
  const { image, group, control, flavor } = description;
  const projectId = ensureProject(tx, description.projectName);
  ensureFlavor(tx, flavor);
  ensureKeypair(tx, description.keyName, description.publicKey);
  if (image !== null) ensureImage(tx, image, place);
  if (group !== null) ensureServerGroup(tx, group, projectId);
  const instance = insertExisting(tx, {
    ...description,
    tags: [...description.tags],
    imageId: image?.id ?? null,
    imageName: image?.name ?? null,
    projectId,
    groupId: group?.id ?? null,
    hostId: place.hostId,
    addresses: [...found.addresses],
    powerState: found.powerState,
    controlGeneration: control.generation,
    previousOwner: control.previous,
    adopted: description.origin === 'adopted' ? { disks: found.disks, nics: found.nics } : null,
    state: {
      ...keptOf(tx, description),
      ...(state ?? { ...standingOf(found.powerState, description), taskState: null }),
    },
  });
  claimExisting(tx, { instanceId: instance.id, hostId: place.hostId, flavor, image, beyondCapacity: true });
  if (group !== null) tellServerGroup(tx, group.id);
  return instance;
}
