import { type Instance, type InstanceAction, TaskState } from '../contract/index.ts';
import { ExpectedError, toErrorBody } from '../domain/errors.ts';
import { canDo } from '../domain/instance-states.ts';
import type { Oversight } from '../queue/oversight.ts';
import type { PendingTask } from '../queue/pending.ts';
import { finishAction } from '../state/actions.ts';
import type { Tx } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { updateImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstance } from '../state/instances.ts';
import type { TaskRecord } from '../state/tasks.ts';
import { ACTS, isActName } from './acts.ts';

function senseless(message: string, details: Record<string, unknown>): ExpectedError {
  return new ExpectedError('instance.invalid_state', message, {
    remedy: 'Nothing was done. See how the instance stands now, and ask again for what is still wanted.',
    details,
  });
}

/** Why what was asked for while the host was away makes no sense any more; null when it does. */
function refusalOf(
  tx: Tx,
  instance: Instance,
  action: InstanceAction,
  hostId: string | null,
): ExpectedError | null {
  const { name, vmState, taskState } = instance;
  if (instance.hostId !== hostId) {
    const where = instance.hostName === null ? 'on no host' : `on ${instance.hostName}`;
    return senseless(`“${name}” has moved: it is ${where} now.`, { action, hostId: instance.hostId });
  }
  const answer = canDo(action, instance, hostId === null ? null : getHost(tx, hostId)?.capabilities);
  if (answer.allowed) return null;
  const words = `“${name}” is not as it was when ${action.replaceAll('_', ' ')} was asked for: ${answer.reason}.`;
  return senseless(words, { action, vmState, taskState });
}

/**
 * The guard is asked once more, for the instance as the resync of its host has left it, and the instance taken in hand by
 * compare and swap.
 */
function admit(tx: Tx, { task, action }: TaskRecord): ExpectedError | null {
  if (action === null || task.instanceId === null || !isActName(action)) return null;
  const instance = getInstance(tx, task.instanceId);
  if (instance === undefined) return senseless(`“${task.subject}” is gone.`, { action });
  const refusal = refusalOf(tx, instance, action, task.hostId);
  if (refusal !== null) return refusal;
  const { vmState, taskState, hostId } = instance;
  const set = { taskState: ACTS[action].taskState };
  const taken = transition(tx, instance.id, { expect: { vmState, taskState, hostId }, set });
  return taken === null ? senseless(`“${task.subject}” changed meanwhile.`, { action }) : null;
}

/** What a task had in hand when it was found to be damaged is nobody's any more: a person has to look. */
function damaged(tx: Tx, task: PendingTask, error: ExpectedError): void {
  const { kind, imageId, instanceId, requestId, waitsFor } = task;
  if (kind === 'image.create' && imageId !== null) updateImage(tx, imageId, { status: 'error' });
  if (instanceId === null) return;
  finishAction(tx, { instanceId, requestId }, 'error', error.message);
  if (waitsFor !== null) return;
  const fault = { at: tx.now(), step: null, error: toErrorBody(error, requestId) };
  transition(tx, instanceId, {
    expect: { taskState: TaskState.options },
    set: { vmState: 'error', taskState: null, fault },
  });
}

/** What the queue does not know of its tasks. */
export const conductorOversight: Oversight = { admit, damaged };
