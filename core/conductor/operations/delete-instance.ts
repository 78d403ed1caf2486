import { release } from '../../placement/allocations.ts';
import type { TaskInput } from '../../queue/kinds.ts';
import type { Commit, Operation, Step, StepContext } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { getImage } from '../../state/images.ts';
import { markDeleted } from '../../state/instance-changes.ts';
import { getInstanceRecord } from '../../state/instances.ts';
import type { ConductorDeps } from '../deps.ts';
import { askHost } from '../host-word.ts';
import { isLinkLoss } from '../hosts.ts';
import { leaveToCleanup } from '../leftovers.ts';
import { imagesOf, removeOrphanedImages } from '../orphaned-image.ts';
import { endAction, recordSteps } from '../record.ts';
import { takeDownSteps } from '../take-down.ts';

function dropRow(tx: Tx, instanceId: string): undefined {
  release(tx, instanceId);
  markDeleted(tx, instanceId);
}

type Input = TaskInput<'instance.delete'>;

function deletion(deps: ConductorDeps, { instanceId, forget }: Input, last: (step: Step) => Step): Operation {
  const record = () => getInstanceRecord(deps.database, instanceId);
  const isAdopted = record()?.instance.origin === 'adopted';
  const [first, ...rest] = takeDownSteps(
    { instanceId, macOf: () => record()?.mac ?? '', isAdopted },
    async (context, work) => {
      const { hostId, takenOver } = record()?.instance ?? {};
      // Taken over since it was asked for: another's guest stays as it is, and only the row is forgotten.
      if (hostId && !takenOver) await deps.hosts.use(hostId, context, work);
    },
  );
  const undo: Step['undo'] = async (context) =>
    record() === undefined ? undefined : await askHost(deps, instanceId, context);
  const onHost = [
    ...(first ? [{ ...first, undo }] : []),
    ...rest,
    removeOrphanedImages(deps, instanceId, () => imagesOf(deps.database, instanceId)),
  ];
  return {
    ...recordSteps(instanceId),
    steps: [
      ...(forget ? [] : onHost.map(last)),
      { name: 'release', do: () => (tx) => dropRow(tx, instanceId) },
    ],
    ended(tx, context, outcome) {
      endAction(tx, context, outcome, { instanceId, own: ['deleting'], done: {}, failed: {} });
      return undefined;
    },
  };
}

/** The row goes at once; what is on the host goes when the host is back, together with a copy that only it needed. */
function leaveBehind(instanceId: string, { task }: StepContext): Commit {
  return (tx) => {
    const record = getInstanceRecord(tx, instanceId);
    const hostId = record?.instance.hostId ?? null;
    if (record === undefined || hostId === null) return;
    const gone = imagesOf(tx, instanceId).filter((imageId) => getImage(tx, imageId) === undefined);
    dropRow(tx, instanceId);
    const left = {
      instanceId,
      hostId,
      mac: record.mac,
      ...(record.instance.origin === 'adopted' && { adopted: true as const }),
      ...(gone.length > 0 && { images: gone }),
    };
    leaveToCleanup(tx, 'instance.cleanup', left, task);
  };
}

/** A step that a host which is away does not hold up. */
function leaving(instanceId: string): (step: Step) => Step {
  return (step) => ({
    ...step,
    async do(context) {
      try {
        return await step.do(context);
      } catch (error) {
        if (!isLinkLoss(error) || context.signal.aborted) throw error;
        return leaveBehind(instanceId, context);
      }
    },
  });
}

/**
 * Takes an instance away, in whatever state it is: half built, in error, on no host. While its host is away it is
 * refused, because its guest would live on there; once the guest has been ended there is no way back, and a host that
 * goes away then is left to a cleanup. nova/compute/manager.py `terminate_instance`
 */
export function deleteInstance(deps: ConductorDeps, input: Input): Operation {
  const leave = leaving(input.instanceId);
  return deletion(deps, input, (step) => (step.undo === undefined ? leave(step) : step));
}

/**
 * The same without fail: a host that is away is not waited for. nova/compute/api.py `_delete` does as much where the
 * host is down ("local delete").
 */
export function forceDeleteInstance(deps: ConductorDeps, input: Input): Operation {
  return deletion(deps, input, leaving(input.instanceId));
}
