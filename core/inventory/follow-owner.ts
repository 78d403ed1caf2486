import type { GuestState } from '../compute/driver.ts';
import type { Instance } from '../contract/index.ts';
import type { ControlId } from '../domain/control.ts';
import { loseInstance, leaveToDescribe } from '../queue/ownership.ts';
import { claimExisting } from '../scheduler/existing-claim.ts';
import type { Tx } from '../state/database.ts';
import { getImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';

/** Ours again, by whatever way: what it takes counts, whether there is room or not. */
function regain(tx: Tx, instance: Instance, hostId: string): void {
  transition(tx, instance.id, { set: { takenOver: null } });
  const image = instance.imageId === null ? null : (getImage(tx, instance.imageId) ?? null);
  claimExisting(tx, {
    instanceId: instance.id,
    hostId,
    flavor: instance.flavor,
    image,
    beyondCapacity: true,
  });
}

/**
 * Brings an instance's row in line with the mark on its guest. A mark that is gone, or that cannot be believed, was lost
 * by somebody's editing of the definition, and is written again; another's is believed.
 * @returns whether the instance is ours to look after
 */
export function followOwner(tx: Tx, instance: Instance, guest: GuestState, control: ControlId): boolean {
  // Its mark is being written just now, or looked at: the task knows better than this list, which may be older.
  if (instance.vmState === 'building' || instance.hostId === null) return true;
  const { owner } = guest;
  if (owner !== null && owner.controlId !== control.id) {
    loseInstance(tx, instance.id, owner.controlName);
    return false;
  }
  if (owner === null) {
    if (instance.takenOver !== null) return false;
    const { id: instanceId, hostId, name } = instance;
    if (instance.taskState === null) leaveToDescribe(tx, { instanceId, hostId, name });
    return true;
  }
  if (instance.takenOver !== null) regain(tx, instance, instance.hostId);
  return true;
}
