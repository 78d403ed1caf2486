import type { Instance, Parsed } from '../../contract/index.ts';
import type { RequestContext } from '../../identity/context.ts';
import type { TaskInput } from '../../queue/kinds.ts';
import type { Tx } from '../../state/database.ts';
import { findActiveTask } from '../../state/tasks.ts';
import { findInstance } from './find-instance.ts';
import { accept, type Accepted } from './instance-accept.ts';

/** Another's guest is not ours to touch: only the row goes. A host that an evacuation gave up is not waited for. */
function howToDelete(tx: Tx, instance: Instance): Omit<TaskInput<'instance.delete'>, 'instanceId'> {
  if (instance.takenOver !== null) return { forget: true, withoutHost: true };
  const isEvacuated = findActiveTask(tx, 'instance.evacuate', instance.id) !== undefined;
  return isEvacuated ? { withoutHost: true } : {};
}

/**
 * Whatever else is under way with the instance makes way: the queue cancels it first. Whoever deletes what is being
 * deleted already gets the answer of the first. Source: `_delete` in nova/compute/api.py, which lets a second delete
 * through to the same end. One that was never built is not worth keeping, however softly it is deleted.
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
  return accept(tx, instance, { action: 'delete', input: howToDelete(tx, instance), whenBack }, context);
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
  const input = instance.takenOver === null ? {} : ({ forget: true } as const);
  return accept(tx, instance, { action: 'force_delete', input }, context);
}
