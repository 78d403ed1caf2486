import type { Instance, Parsed } from '../../contract/index.ts';
import type { RequestContext } from '../../identity/context.ts';
import type { Tx } from '../../state/database.ts';
import { changeDescription } from './instance-record.ts';

export function lockInstance(
  tx: Tx,
  { ref, reason }: Parsed<'instance.lock'>,
  context: RequestContext,
): Instance {
  const lock = { by: context.user, at: tx.now(), reason: reason ?? null };
  return changeDescription(tx, ref, 'lock', () => ({ lock }), context);
}

export function unlockInstance(
  tx: Tx,
  { ref }: Parsed<'instance.unlock'>,
  context: RequestContext,
): Instance {
  return changeDescription(tx, ref, 'unlock', () => ({ lock: null }), context);
}

/**
 * The guest is not touched, and a task that is on its way goes on without having the last word. Out of a soft deletion
 * this leads, too: nothing is reclaimed then. nova/api/openstack/compute/admin_actions.py `_reset_state`
 */
export function resetState(
  tx: Tx,
  { ref, state }: Parsed<'instance.resetState'>,
  context: RequestContext,
): Instance {
  const change = { vmState: state, taskState: null, reclaimAt: null, deletedFrom: null };
  return changeDescription(tx, ref, 'reset_state', () => change, context);
}
