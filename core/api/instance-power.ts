import type { Parsed } from '../contract/index.ts';
import type { RequestContext } from '../identity/context.ts';
import type { Tx } from '../state/database.ts';
import { findActiveTask } from '../state/tasks.ts';
import { findInstance } from './find-instance.ts';
import { accept, type Accepted, onHost } from './instance-accept.ts';

export function startInstance(
  tx: Tx,
  { ref, whenBack }: Parsed<'instance.start'>,
  context: RequestContext,
): Accepted {
  return accept(tx, onHost(tx, ref, 'start'), { action: 'start', input: {}, whenBack }, context);
}

export function stopInstance(
  tx: Tx,
  { ref, whenBack }: Parsed<'instance.stop'>,
  context: RequestContext,
): Accepted {
  return accept(tx, onHost(tx, ref, 'stop'), { action: 'stop', input: {}, whenBack }, context);
}

export function rebootInstance(
  tx: Tx,
  { ref, type, whenBack }: Parsed<'instance.reboot'>,
  context: RequestContext,
): Accepted {
  const action = type === 'hard' ? 'reboot_hard' : 'reboot';
  return accept(tx, onHost(tx, ref, action), { action, input: { type }, whenBack }, context);
}

/**
 * Whatever else is under way with the instance makes way: the queue cancels it first. Whoever deletes what is being
 * deleted already gets the answer of the first. Source: `_delete` in nova/compute/api.py, which lets a second delete
 * through to the same end.
 */
export function deleteInstance(
  tx: Tx,
  { ref, whenBack }: Parsed<'instance.delete'>,
  context: RequestContext,
): Accepted {
  const instance = findInstance(tx, ref);
  const running = findActiveTask(tx, 'instance.delete', instance.id);
  if (running !== undefined) return { instance, taskId: running.id };
  return accept(tx, instance, { action: 'delete', input: {}, whenBack }, context);
}
