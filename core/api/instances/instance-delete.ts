import type { Instance, Parsed } from '../../contract/index.ts';
import type { RequestContext } from '../../identity/context.ts';
import type { Tx } from '../../state/database.ts';
import { findActiveTask } from '../../state/tasks.ts';
import { findInstance } from './find-instance.ts';
import { accept, type Accepted } from './instance-accept.ts';

/** Another's guest is not ours to touch, nor is its host needed. */
function onlyRow({ takenOver }: Instance): { readonly forget?: true } {
  return takenOver === null ? {} : { forget: true };
}

/**
 * Whatever else is under way with the instance makes way: the queue cancels it first. Whoever deletes what is being
 * deleted already gets the answer of the first. Source: `_delete` in nova/compute/api.py, which lets a second delete
 * through to the same end. One that was never built is not worth keeping, however softly it is deleted. One that is being
 * evacuated goes without its old host, on which a cleanup waits: that host was given up already.
 */
export function deleteInstance(
  tx: Tx,
  { ref, soft, whenBack }: Parsed<'instance.delete'>,
  context: RequestContext,
): Accepted {
  const instance = findInstance(tx, ref);
  const running =
    findActiveTask(tx, 'instance.delete', instance.id) ??
    findActiveTask(tx, 'instance.forceDelete', instance.id);
  if (running !== undefined) return { instance, taskId: running.id };
  if (soft && instance.hostId !== null) {
    return accept(tx, instance, { action: 'soft_delete', input: {}, whenBack }, context);
  }
  const isEvacuated = findActiveTask(tx, 'instance.evacuate', instance.id) !== undefined;
  const isGivenUp = isEvacuated || instance.takenOver !== null;
  const input = { ...onlyRow(instance), ...(isGivenUp && { withoutHost: true as const }) };
  return accept(tx, instance, { action: 'delete', input, whenBack }, context);
}

/** Takes over from a deletion that is under way, too: it may be waiting for a host that does not come back. */
export function forceDeleteInstance(
  tx: Tx,
  { ref }: Parsed<'instance.forceDelete'>,
  context: RequestContext,
): Accepted {
  const instance = findInstance(tx, ref);
  const running = findActiveTask(tx, 'instance.forceDelete', instance.id);
  if (running !== undefined) return { instance, taskId: running.id };
  return accept(tx, instance, { action: 'force_delete', input: onlyRow(instance) }, context);
}
