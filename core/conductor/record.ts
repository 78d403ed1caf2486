import type { ErrorBody, Fault, TaskState } from '../contract/index.ts';
import type { TaskKind } from '../queue/kinds.ts';
import type { Operation, Outcome, StepContext } from '../queue/operation.ts';
import { holderIn, leaveToDescribe, loseInstance } from '../queue/ownership.ts';
import { type ActionKey, finishAction, finishActionEvent, startActionEvent } from '../state/actions.ts';
import type { Tx } from '../state/database.ts';
import { hostNameOf } from '../state/hosts.ts';
import { type InstanceChange, transition } from '../state/instance-changes.ts';
import { getInstance } from '../state/instances.ts';
import { findActiveTask } from '../state/tasks.ts';

type Recording = Required<Pick<Operation, 'stepStarted' | 'stepEnded'>>;

function keyOf(instanceId: string, { task }: StepContext): ActionKey {
  return { instanceId, requestId: task.requestId };
}

/** Every step of a task becomes an event of the instance's action. nova: instance_actions_events */
export function recordSteps(instanceId: string): Recording {
  return {
    stepStarted(tx, context, step) {
      const { hostId } = context.task;
      const host = hostId === null ? null : hostNameOf(tx, hostId);
      return startActionEvent(tx, keyOf(instanceId, context), step, host);
    },
    stepEnded(tx, context, { mark, result, error }) {
      if (mark === null) return;
      finishActionEvent(tx, keyOf(instanceId, context), mark, result, error?.message ?? null);
    },
  };
}

export interface Ending {
  readonly instanceId: string;
  /** the task states that are this operation's own; another one means that somebody else has the instance now */
  readonly own: readonly TaskState[];
  readonly done: InstanceChange;
  readonly failed: InstanceChange;
}

function faultOf(tx: Tx, step: string, error: ErrorBody): Fault {
  return { at: tx.now(), step, error };
}

/** They may break off what shows the same task state as they do: the row is theirs then. */
const TAKING_OVER: readonly TaskKind[] = ['instance.evacuate', 'instance.forceDelete'];

function isTakenOn(tx: Tx, { task }: StepContext, instanceId: string): boolean {
  const others = TAKING_OVER.filter((kind) => kind !== task.kind);
  return others.some((kind) => findActiveTask(tx, kind, instanceId) !== undefined);
}

/** Ends an instance's action: idle again, with the new state, or with a fault. */
export function endAction(tx: Tx, context: StepContext, outcome: Outcome, ending: Ending): void {
  const { instanceId, own } = ending;
  const expect = { taskState: own };
  const key = keyOf(instanceId, context);
  if (outcome.state === 'done') {
    const set = { fault: null, ...ending.done, taskState: null };
    transition(tx, instanceId, { expect, set });
    finishAction(tx, key, 'success');
    return;
  }
  const { step, error } = outcome.failure;
  // Whoever breaks off what left the instance as it is has nothing to be told of it.
  const isFault = outcome.state === 'failed' || ending.failed.vmState !== undefined;
  const fault = isFault ? { fault: faultOf(tx, step, error) } : {};
  if (!isTakenOn(tx, context, instanceId)) {
    transition(tx, instanceId, { expect, set: { ...ending.failed, taskState: null, ...fault } });
  }
  finishAction(tx, key, outcome.state === 'cancelled' ? 'cancelled' : 'error', error.message);
  const holder = holderIn(error);
  if (holder !== null) loseInstance(tx, instanceId, holder);
}

/** The same for what stands in the mark on the guest, too: that is written anew. */
export function endMarked(tx: Tx, context: StepContext, outcome: Outcome, ending: Ending): void {
  endAction(tx, context, outcome, ending);
  const { instanceId } = ending;
  const { hostId = null, takenOver = null, name = '' } = getInstance(tx, instanceId) ?? {};
  if (hostId === null || takenOver !== null) return;
  leaveToDescribe(tx, { instanceId, hostId, name, requestId: context.task.requestId });
}
