import type { Instance, InstanceAction } from '../../contract/index.ts';
import type { RequestContext } from '../../identity/context.ts';
import { leaveToDescribe } from '../../queue/ownership.ts';
import { finishAction, startAction } from '../../state/actions.ts';
import type { Tx } from '../../state/database.ts';
import { type InstanceChange, transition } from '../../state/instance-changes.ts';
import { checkState, findInstance } from './find-instance.ts';

/** An action on the row alone: guarded, done and on record in one transaction. */
export function changeRow(
  tx: Tx,
  ref: string,
  action: InstanceAction,
  change: (instance: Instance) => InstanceChange,
  { requestId, user }: RequestContext,
): Instance {
  const instance = findInstance(tx, ref);
  checkState(tx, instance, action);
  const key = { instanceId: instance.id, requestId };
  startAction(tx, key, action, user);
  const changed = transition(tx, instance.id, { set: change(instance) });
  finishAction(tx, key, 'success');
  return changed ?? instance;
}

/** The same where what changes stands in the mark on the guest, too: that one follows as soon as its host is there. */
export function changeDescription(
  ...[tx, ref, action, change, context]: Parameters<typeof changeRow>
): Instance {
  const changed = changeRow(tx, ref, action, change, context);
  const { id: instanceId, hostId, name, takenOver } = changed;
  if (hostId !== null && takenOver === null) {
    leaveToDescribe(tx, { instanceId, hostId, name, requestId: context.requestId });
  }
  return changed;
}
