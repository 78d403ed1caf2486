import type { Instance, Output } from '../../contract/index.ts';
import { type Act, type ActName, ACTS } from '../../conductor/acts.ts';
import type { RequestContext } from '../../identity/context.ts';
import { enqueue } from '../../queue/enqueue.ts';
import { hostLane, type Lane, TASK_KINDS, type TaskInput } from '../../queue/kinds.ts';
import { startAction } from '../../state/actions.ts';
import type { Tx } from '../../state/database.ts';
import { transition } from '../../state/instance-changes.ts';
import { listWaitingTasks } from '../../state/tasks.ts';
import { checkState, findInstance, neverBuilt } from './find-instance.ts';
import { hostAway, reachOf } from '../host-away.ts';
import { makeWayFor } from '../waiting-tasks.ts';

export type Accepted = Output<'instance.start'>;

type KindOf<A extends ActName> = (typeof ACTS)[A]['kind'];

interface Work<A extends ActName> {
  readonly action: A;
  /** the task's input, beside the instance */
  readonly input: Omit<TaskInput<KindOf<A>>, 'instanceId'>;
  /** where the host is away: it waits until the host is back, instead of being refused */
  readonly whenBack?: boolean;
}

interface Stored {
  readonly action: ActName;
  readonly input: object;
  readonly whenBack?: boolean;
}

function laneOf(instance: Instance): Lane {
  return instance.hostId === null ? 'conductor' : hostLane(instance.hostId);
}

/** Begins although the host is away: every act of the kind, or this one. */
function isWithoutHost({ withoutHost }: Act, input: object): boolean {
  return withoutHost === true || ('withoutHost' in input && input.withoutHost === true);
}

/** @throws ExpectedError `host.unavailable` when the host is away and nobody wants to wait for it */
function mustWait(tx: Tx, hostId: string, whenBack: boolean): boolean {
  const reach = reachOf(tx, hostId);
  if (reach.is === 'away' && !whenBack) throw hostAway(reach.host);
  return whenBack && reach.is !== 'connected';
}

/**
 * Guard, state, action record and task, together. What waits for the host leaves the instance alone until its turn comes:
 * it is not in flight, and the host's word still counts.
 * @throws ExpectedError what the guard says; `host.unavailable`
 */
export function accept<A extends ActName>(
  tx: Tx,
  instance: Instance,
  work: Work<A>,
  context: RequestContext,
): Accepted {
  return acceptStored(tx, instance, work, context);
}

/** As `accept`, for an input that was stored: the queue parses it before it is believed. */
export function acceptStored(
  tx: Tx,
  instance: Instance,
  { action, input, whenBack = false }: Stored,
  { requestId, user }: RequestContext,
): Accepted {
  // What goes before it changes the state: what matters is how it is then, which is asked then.
  const isQueuedUp = whenBack && listWaitingTasks(tx, { instanceId: instance.id }).length > 0;
  checkState(tx, instance, action, { whateverState: isQueuedUp });
  const act: Act = ACTS[action];
  const { hostId } = instance;
  const waits = hostId !== null && !isWithoutHost(act, input) && mustWait(tx, hostId, whenBack);
  makeWayFor(tx, instance.id, act.kind);
  const { taskState } = act;
  const changed = waits || taskState === null ? null : transition(tx, instance.id, { set: { taskState } });
  startAction(tx, { instanceId: instance.id, requestId }, act.record ?? action, user);
  const taskId = enqueue(tx, {
    kind: act.kind,
    input: TASK_KINDS[act.kind].parse({ ...input, instanceId: instance.id }),
    subject: instance.name,
    instanceId: instance.id,
    ...(hostId !== null && { hostId }),
    requestId,
    action,
    cancellable: waits || act.cancellable === true,
    lane: act.withoutHost ? 'conductor' : laneOf(instance),
    waitsFor: waits ? 'host' : null,
  });
  return { instance: changed ?? instance, taskId };
}

/** Finds an instance for an action on its host. */
export function onHost(tx: Tx, ref: string, action: ActName): Instance {
  const instance = findInstance(tx, ref);
  if (instance.hostId !== null) return instance;
  checkState(tx, instance, action);
  throw neverBuilt(instance, action);
}
