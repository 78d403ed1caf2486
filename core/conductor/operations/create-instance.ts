import type { TaskState } from '../../contract/index.ts';
import { ExpectedError, toErrorBody } from '../../domain/errors.ts';
import type { Failure, Operation, Outcome, StepContext } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { updateHost } from '../../state/hosts.ts';
import { getDecision } from '../../state/decisions.ts';
import { taskStateOf, transition } from '../../state/instance-changes.ts';
import { getInstance } from '../../state/instances.ts';
import { buildError, leaveGuestToCleanup, mayTryAnotherHost } from '../build-failure.ts';
import { buildSteps } from '../build-steps.ts';
import type { ConductorDeps } from '../deps.ts';
import { endAction, recordSteps } from '../record.ts';
import { BUILD_STATES, scheduleStep } from '../schedule.ts';

/** What a step shows as the instance's task state. Source: the order of `_build_and_run_instance` in nova/compute/manager.py */
const STATE_OF_STEP: Readonly<Record<string, TaskState>> = {
  schedule: 'scheduling',
  image: 'block_device_mapping',
  root_disk: 'block_device_mapping',
  extra_disks: 'block_device_mapping',
  address: 'networking',
  config_drive: 'spawning',
  define: 'spawning',
  start: 'spawning',
};

/** From a row to a running guest: on the host that the scheduler picks, or on the next one when that fails. */
export function createInstance(deps: ConductorDeps, instanceId: string): Operation {
  const recording = recordSteps(instanceId);
  return {
    ...recording,
    steps: [scheduleStep(deps, instanceId), ...buildSteps(deps, instanceId, { own: BUILD_STATES })],
    stepStarted(tx, context, step) {
      showState(tx, instanceId, STATE_OF_STEP[step] ?? 'spawning');
      return recording.stepStarted(tx, context, step);
    },
    undoFailed: (tx, context, step, error) => {
      deps.log.warn({ instanceId, step, error }, 'a step of a failed build could not be undone');
      // Another Micronova's guest is none of ours to take down.
      if (error.code !== 'instance.taken_over') leaveGuestToCleanup(tx, instanceId, context.task);
    },
    again: (tx, { attempt }, failure) => mayTryAnotherHost(tx, instanceId, attempt, failure),
    ended: (tx, context, outcome) => end(tx, instanceId, context, outcome),
  };
}

/** @throws ExpectedError `cancelled` when the instance is not being built any more: a delete has taken it over */
function showState(tx: Tx, instanceId: string, taskState: TaskState): void {
  const expect = { vmState: 'building', taskState: BUILD_STATES } as const;
  if (taskStateOf(tx, instanceId) === taskState) return;
  if (transition(tx, instanceId, { expect, set: { taskState } }) !== null) return;
  throw new ExpectedError('cancelled', 'The instance is being deleted');
}

function end(tx: Tx, instanceId: string, context: StepContext, outcome: Outcome) {
  const now = tx.now();
  const instance = getInstance(tx, instanceId);
  if (outcome.state === 'done' && instance?.hostId) updateHost(tx, instance.hostId, { buildFailures: 0 });
  const final =
    outcome.state === 'failed'
      ? { ...outcome, failure: explained(tx, instanceId, outcome.failure) }
      : outcome;
  endAction(tx, context, final, {
    instanceId,
    own: BUILD_STATES,
    done: { vmState: 'active', powerState: 'RUNNING', launchedAt: now, seenAt: now },
    failed: { vmState: 'error', powerState: 'NOSTATE' },
  });
  return final.state === 'done' ? undefined : final.failure.error;
}

function explained(tx: Tx, instanceId: string, failure: Failure): Failure {
  const name = getInstance(tx, instanceId)?.name ?? instanceId;
  const error = buildError(name, getDecision(tx, instanceId), failure);
  return { ...failure, error: toErrorBody(error) };
}
