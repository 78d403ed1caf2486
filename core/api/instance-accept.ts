import type { Instance, Output } from '../contract/index.ts';
import { type ActName, ACTS } from '../conductor/acts.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane, type Lane, type TaskInput } from '../queue/kinds.ts';
import { startAction } from '../state/actions.ts';
import type { Tx } from '../state/database.ts';
import { transition } from '../state/instances.ts';
import { checkState, findInstance } from './find-instance.ts';

export type Accepted = Output<'instance.start'>;

type KindOf<A extends ActName> = (typeof ACTS)[A]['kind'];

interface Work<A extends ActName> {
  readonly action: A;
  /** the task's input, beside the instance */
  readonly input: Omit<TaskInput<KindOf<A>>, 'instanceId'>;
}

function laneOf(instance: Instance): Lane {
  return instance.hostId === null ? 'conductor' : hostLane(instance.hostId);
}

/** Guard, state, action record and task, together. */
export function accept<A extends ActName>(
  tx: Tx,
  instance: Instance,
  { action, input }: Work<A>,
  { requestId, user }: RequestContext,
): Accepted {
  checkState(tx, instance, action);
  const { kind, taskState } = ACTS[action];
  const changed = taskState === null ? instance : transition(tx, instance.id, { set: { taskState } });
  startAction(tx, { instanceId: instance.id, requestId }, action === 'reboot_hard' ? 'reboot' : action, user);
  const taskId = enqueue(tx, {
    kind,
    input: { instanceId: instance.id, ...input },
    subject: instance.name,
    instanceId: instance.id,
    ...(instance.hostId !== null && { hostId: instance.hostId }),
    requestId,
    cancellable: false,
    lane: laneOf(instance),
  });
  return { instance: changed ?? instance, taskId };
}

/** Finds an instance for an action on its host. */
export function onHost(tx: Tx, ref: string, action: ActName): Instance {
  const instance = findInstance(tx, ref);
  checkState(tx, instance, action);
  if (instance.hostId !== null) return instance;
  throw new ExpectedError('instance.invalid_state', `“${instance.name}” was never built: it is on no host.`, {
    remedy: 'Delete it and create it again.',
    details: { action, vmState: instance.vmState, taskState: instance.taskState },
  });
}
