import type { Instance, InstanceAction, Output, TaskState } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane, type Lane, type TaskInput, type TaskKind } from '../queue/kinds.ts';
import { startAction } from '../state/actions.ts';
import type { Tx } from '../state/database.ts';
import { transition } from '../state/instances.ts';
import { findActiveTask } from '../state/tasks.ts';
import { checkState, findInstance } from './find-instance.ts';

type Accepted = Output<'instance.start'>;
type InstanceTask = Extract<TaskKind, `instance.${string}`>;

interface Work<K extends InstanceTask> {
  readonly guard: InstanceAction;
  readonly kind: K;
  readonly input: TaskInput<K>;
  readonly taskState: TaskState;
}

function laneOf(instance: Instance): Lane {
  return instance.hostId === null ? 'conductor' : hostLane(instance.hostId);
}

/** Guard, state, action record and task, together. */
function accept<K extends InstanceTask>(
  tx: Tx,
  instance: Instance,
  { guard, kind, input, taskState }: Work<K>,
  { requestId, user }: RequestContext,
): Accepted {
  checkState(instance, guard);
  const changed = transition(tx, instance.id, { set: { taskState } });
  startAction(tx, { instanceId: instance.id, requestId }, guard === 'reboot_hard' ? 'reboot' : guard, user);
  const taskId = enqueue(tx, {
    kind,
    input,
    subject: instance.name,
    instanceId: instance.id,
    ...(instance.hostId !== null && { hostId: instance.hostId }),
    requestId,
    cancellable: false,
    lane: laneOf(instance),
  });
  return { instance: changed ?? instance, taskId };
}

function onHost(tx: Tx, ref: string, action: InstanceAction): Instance {
  const instance = findInstance(tx, ref);
  checkState(instance, action);
  if (instance.hostId !== null) return instance;
  throw new ExpectedError('instance.invalid_state', `“${instance.name}” was never built: it is on no host.`, {
    remedy: 'Delete it and create it again.',
    details: { action, vmState: instance.vmState, taskState: instance.taskState },
  });
}

export function startInstance(tx: Tx, ref: string, context: RequestContext): Accepted {
  const instance = onHost(tx, ref, 'start');
  const input = { instanceId: instance.id };
  return accept(
    tx,
    instance,
    { guard: 'start', kind: 'instance.start', input, taskState: 'powering-on' },
    context,
  );
}

export function stopInstance(tx: Tx, ref: string, context: RequestContext): Accepted {
  const instance = onHost(tx, ref, 'stop');
  const input = { instanceId: instance.id };
  return accept(
    tx,
    instance,
    { guard: 'stop', kind: 'instance.stop', input, taskState: 'powering-off' },
    context,
  );
}

export function rebootInstance(
  tx: Tx,
  ref: string,
  type: 'soft' | 'hard',
  context: RequestContext,
): Accepted {
  const guard = type === 'hard' ? 'reboot_hard' : 'reboot';
  const instance = onHost(tx, ref, guard);
  const input = { instanceId: instance.id, type };
  const taskState = type === 'hard' ? 'rebooting_hard' : 'rebooting';
  return accept(tx, instance, { guard, kind: 'instance.reboot', input, taskState }, context);
}

/**
 * Whatever else is under way with the instance makes way: the queue cancels it first. Whoever deletes what is being deleted already gets the answer of the first. Source: `_delete` in nova/compute/api.py,
 * which lets a second delete through to the same end.
 */
export function deleteInstance(tx: Tx, ref: string, context: RequestContext): Accepted {
  const instance = findInstance(tx, ref);
  const running = findActiveTask(tx, 'instance.delete', instance.id);
  if (running !== undefined) return { instance, taskId: running.id };
  const input = { instanceId: instance.id };
  return accept(
    tx,
    instance,
    { guard: 'delete', kind: 'instance.delete', input, taskState: 'deleting' },
    context,
  );
}
