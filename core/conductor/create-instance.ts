import type { ComputeDriver, GuestSpec, StepOptions } from '../compute/driver.ts';
import type { TaskState } from '../contract/index.ts';
import { ExpectedError, toErrorBody } from '../domain/errors.ts';
import type { Failure, Operation, Outcome, Step, StepContext } from '../queue/operation.ts';
import type { Tx } from '../state/database.ts';
import { updateHost } from '../state/hosts.ts';
import { getDecision } from '../state/decisions.ts';
import { getInstance, transition } from '../state/instances.ts';
import { agreeOnDefinition } from './agree.ts';
import { buildError, leaveGuestToCleanup, mayTryAnotherHost } from './build-failure.ts';
import type { ConductorDeps } from './deps.ts';
import { guestSpec, needInstance } from './guest.ts';
import { copyStep } from './copy-step.ts';
import { endAction, recordSteps } from './record.ts';
import { BUILD_STATES, scheduleStep } from './schedule.ts';

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

type Undo = NonNullable<Step['undo']>;
type Work = (driver: ComputeDriver, guest: GuestSpec, options: StepOptions) => Promise<void>;

/** From a row to a running guest: on the host that the scheduler picks, or on the next one when that fails. */
export function createInstance(deps: ConductorDeps, instanceId: string): Operation {
  const recording = recordSteps(instanceId);
  return {
    ...recording,
    steps: [scheduleStep(deps, instanceId), ...buildSteps(deps, instanceId)],
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
  if (getInstance(tx, instanceId)?.taskState === taskState) return;
  if (transition(tx, instanceId, { expect, set: { taskState } }) !== null) return;
  throw new ExpectedError('cancelled', 'The instance is being deleted');
}

function hostOf(deps: ConductorDeps, instanceId: string): string {
  const { hostId } = needInstance(deps.database, instanceId).instance;
  if (hostId === null)
    throw new ExpectedError('host.not_found', 'The host was removed while it built the instance');
  return hostId;
}

// The scheduler picks a host that is connected: one that is not when a step begins was there a moment ago.
const patient = ({ signal }: StepContext) => ({ signal, resumed: true });

function buildSteps(deps: ConductorDeps, instanceId: string): Step[] {
  const onHost = (context: StepContext, work: Work) =>
    deps.hosts.use(hostOf(deps, instanceId), patient(context), (driver) =>
      work(driver, guestSpec(deps, instanceId), { signal: context.signal }),
    );
  const step = (name: string, work: Work, undo?: Undo): Step => ({
    name,
    async do(context) {
      await onHost(context, work);
      return undefined;
    },
    ...(undo && { undo }),
  });
  // What is undone may be of an image or instance that is gone: it needs the ids only.
  const undoing =
    (work: (driver: ComputeDriver, options: StepOptions) => Promise<void>): Undo =>
    async ({ signal }) => {
      const { hostId } = needInstance(deps.database, instanceId).instance;
      if (hostId === null) return undefined;
      await deps.hosts.use(hostId, { signal, resumed: false }, (driver) => work(driver, { signal }));
      return undefined;
    };
  return [
    copyStep(
      deps,
      'image',
      () => {
        const { imageId } = needInstance(deps.database, instanceId).instance;
        return { imageId: imageId ?? '', hostId: hostOf(deps, instanceId) };
      },
      true,
    ),
    step(
      'root_disk',
      (driver, guest, options) => driver.createRootDisk(guest, options),
      undoing((driver, options) => driver.removeDisks(instanceId, options)),
    ),
    step('extra_disks', (driver, guest, options) => driver.createExtraDisks(guest, options)),
    {
      name: 'address',
      async do(context) {
        const { signal } = context;
        const addresses = await deps.hosts.use(hostOf(deps, instanceId), patient(context), (driver) =>
          driver.reserveAddress(guestSpec(deps, instanceId), { signal }),
        );
        return (tx) =>
          void transition(tx, instanceId, { expect: { taskState: BUILD_STATES }, set: { addresses } });
      },
      undo: undoing((driver, options) =>
        driver.releaseAddress(instanceId, needInstance(deps.database, instanceId).mac, options),
      ),
    },
    step('config_drive', (driver, guest, options) =>
      driver.writeConfigDrive(guest, needInstance(deps.database, instanceId).instance.addresses, options),
    ),
    {
      name: 'define',
      do: (context) =>
        deps.hosts.use(hostOf(deps, instanceId), patient(context), async (driver) => {
          await driver.define(guestSpec(deps, instanceId), context);
          return agreeOnDefinition(driver, instanceId, context);
        }),
      undo: undoing((driver, options) => driver.undefine(instanceId, options)),
    },
    step(
      'start',
      (driver, _guest, options) => driver.start(instanceId, options),
      undoing((driver, options) => driver.destroy(instanceId, options)),
    ),
  ];
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
