import type { Instance, TaskState } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { hostLane } from '../../queue/kinds.ts';
import type { Operation, Outcome, Step, StepContext } from '../../queue/operation.ts';
import { noValidHost } from '../../scheduler/claim.ts';
import type { Tx } from '../../state/database.ts';
import { taskStateOf, transition } from '../../state/instance-changes.ts';
import { getInstance, getInstanceRecord } from '../../state/instances.ts';
import { updateTask } from '../../state/tasks.ts';
import { buildSteps } from '../build-steps.ts';
import type { ConductorDeps } from '../deps.ts';
import { goBack, pickOther } from '../evacuate-schedule.ts';
import type { Evacuation } from '../evacuation.ts';
import { needInstance } from '../guest.ts';
import { leaveToCleanup } from '../leftovers.ts';
import { endAction, recordSteps } from '../record.ts';

/** nova/compute/task_states.py, in the order of `_do_rebuild_instance` in nova/compute/manager.py */
const STATE_OF_STEP: Readonly<Record<string, TaskState>> = {
  schedule: 'rebuilding',
  find_disks: 'rebuilding',
  image: 'rebuild_block_device_mapping',
  root_disk: 'rebuild_block_device_mapping',
  extra_disks: 'rebuild_block_device_mapping',
  address: 'rebuild_block_device_mapping',
};
const OWN: readonly TaskState[] = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'];

/**
 * Builds an instance anew on another host, because its own is gone: same id, name, MAC, key and metadata, its disks from
 * the image, or as they are where both hosts share the storage. nova/compute/manager.py `rebuild_instance` with evacuate
 */
export function evacuateInstance(deps: ConductorDeps, input: Evacuation): Operation {
  const { instanceId } = input;
  const recording = recordSteps(instanceId);
  const disks = { kept: input.keepsDisks };
  // Nova lets one that was stopped stay so, and starts whatever else it was.
  const starts = getInstance(deps.database, instanceId)?.vmState !== 'stopped';
  return {
    ...recording,
    steps: [
      scheduleStep(deps, input),
      patiently(findDisks(deps, input, disks)),
      ...buildSteps(deps, instanceId, { own: OWN, keepsDisks: () => disks.kept === true, starts }).map(
        patiently,
      ),
    ],
    stepStarted(tx, context, step) {
      showState(tx, instanceId, STATE_OF_STEP[step] ?? 'rebuild_spawning');
      return recording.stepStarted(tx, context, step);
    },
    undoFailed: (tx, context, step, error) => {
      deps.log.warn({ instanceId, step, error }, 'a step of a failed evacuation could not be undone');
      const hostId = getInstance(tx, instanceId)?.hostId ?? null;
      if (hostId !== null && hostId !== input.from)
        leaveGuest(tx, context, instanceId, hostId, disks.kept === true);
    },
    ended(tx, context, outcome) {
      if (outcome.state === 'done') leaveGuest(tx, context, instanceId, input.from, disks.kept === true);
      end(tx, context, outcome, { instanceId, starts });
      return undefined;
    },
  };
}

/** @throws ExpectedError `cancelled` when the instance is not being evacuated any more: a delete has taken it over */
function showState(tx: Tx, instanceId: string, taskState: TaskState): void {
  if (taskStateOf(tx, instanceId) === taskState) return;
  if (transition(tx, instanceId, { expect: { taskState: OWN }, set: { taskState } }) !== null) return;
  throw new ExpectedError('cancelled', 'Somebody else has taken the instance in hand');
}

/** No alternate stands in for the host that was picked: a link to it that is lost for a moment is waited for. */
function patiently(step: Step): Step {
  return { ...step, do: (context) => step.do({ ...context, resumed: true }) };
}

function scheduleStep({ database, hosts }: ConductorDeps, input: Evacuation): Step {
  return {
    name: 'schedule',
    async do(context) {
      // What an earlier process began must not find all hosts away, nor the one that is back gone.
      await hosts.attempted(context.signal);
      const picked = database.write((tx) => pickOther(tx, input, OWN, context.task.requestId));
      const hostId = typeof picked === 'string' ? picked : picked.selected;
      if (hostId === null && typeof picked !== 'string') throw noValidHost(picked);
      return () => (hostId === null ? undefined : { lane: hostLane(hostId), hostId });
    },
    undo: () => (tx) => goBack(tx, input),
  };
}

/** Shared storage is not assumed: it is there when the new host's pool shows disks that were never made on it. */
function findDisks(
  { database, hosts }: ConductorDeps,
  input: Evacuation,
  disks: { kept: boolean | null },
): Step {
  const { instanceId } = input;
  return {
    name: 'find_disks',
    async do(context) {
      const { hostId } = needInstance(database, instanceId).instance;
      if (disks.kept !== null || hostId === null) return undefined;
      const { signal } = context;
      const kept = await hosts.use(hostId, context, (driver) => driver.hasDisks(instanceId, { signal }));
      disks.kept = kept;
      // The next process must know it: by then the disks may be there because this one has made them.
      return (tx) => void updateTask(tx, context.task.id, { set: { input: { ...input, keepsDisks: kept } } });
    },
  };
}

/** What is on a host that is not the instance's any more goes when the host is back. */
function leaveGuest(
  tx: Tx,
  { task }: StepContext,
  instanceId: string,
  hostId: string,
  keepDisks: boolean,
): void {
  const mac = getInstanceRecord(tx, instanceId)?.mac ?? '';
  leaveToCleanup(tx, 'instance.cleanup', { instanceId, hostId, mac, keepDisks }, task);
}

function end(
  tx: Tx,
  context: StepContext,
  outcome: Outcome,
  { instanceId, starts }: { instanceId: string; starts: boolean },
): void {
  const now = tx.now();
  const state: Pick<Instance, 'vmState' | 'powerState'> = starts
    ? { vmState: 'active', powerState: 'RUNNING' }
    : { vmState: 'stopped', powerState: 'SHUTDOWN' };
  const done = { ...state, rescue: null, seenAt: now, ...(starts && { launchedAt: now }) };
  endAction(tx, context, outcome, { instanceId, own: OWN, done, failed: {} });
}
