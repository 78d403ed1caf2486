import type { VmState } from '../../contract/index.ts';
import type { Operation, Outcome, StepContext } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { type InstanceChange } from '../../state/instance-changes.ts';
import { getInstance, getInstanceRecord } from '../../state/instances.ts';
import type { ConductorDeps } from '../deps.ts';
import { askHost } from '../host-word.ts';
import { hostStep } from '../on-host.ts';
import { reclaimTime } from '../reclaim-time.ts';
import { endMarked, recordSteps } from '../record.ts';
import { SHUTDOWN_TIMEOUT } from './stop-instance.ts';

/** Off, and kept until the reclaim time. nova/compute/manager.py `soft_delete_instance` */
export function softDeleteInstance(deps: ConductorDeps, instanceId: string): Operation {
  return {
    ...recordSteps(instanceId),
    steps: [
      hostStep(deps, instanceId, 'stop', {
        work: (driver, options) => driver.stop(instanceId, SHUTDOWN_TIMEOUT, options),
        undo: (context) => askHost(deps, instanceId, context),
      }),
    ],
    ended(tx, context, outcome) {
      const done: InstanceChange = {
        vmState: 'soft-delete',
        powerState: 'SHUTDOWN',
        reclaimAt: reclaimTime(tx, deps.clock.now()),
        deletedFrom: getInstance(tx, instanceId)?.vmState,
        seenAt: tx.now(),
      };
      endMarked(tx, context, outcome, { instanceId, own: ['soft-deleting'], done, failed: {} });
      return undefined;
    },
  };
}

/** One that was off stays off, and one whose memory is kept keeps it; all others run again. */
function restoredTo(from: VmState | null): VmState {
  return from === 'stopped' || from === 'suspended' || from === 'rescued' ? from : 'active';
}

const staysOff = (state: VmState): boolean => state === 'stopped' || state === 'suspended';

function endRestore(deps: ConductorDeps, instanceId: string, tx: Tx, context: StepContext, outcome: Outcome) {
  const vmState = restoredTo(getInstanceRecord(tx, instanceId)?.deletedFrom ?? null);
  const done: InstanceChange = {
    vmState,
    powerState: staysOff(vmState) ? 'SHUTDOWN' : 'RUNNING',
    reclaimAt: null,
    deletedFrom: null,
    seenAt: tx.now(),
  };
  // Somebody wants it back: it must not go before they could try once more.
  const failed: InstanceChange = { reclaimAt: reclaimTime(tx, deps.clock.now()) };
  endMarked(tx, context, outcome, { instanceId, own: ['restoring'], done, failed });
}

/** nova/compute/manager.py `restore_instance` */
export function restoreInstance(deps: ConductorDeps, instanceId: string): Operation {
  const record = () => getInstanceRecord(deps.database, instanceId);
  return {
    ...recordSteps(instanceId),
    steps: [
      hostStep(deps, instanceId, 'start', {
        when: () => !staysOff(restoredTo(record()?.deletedFrom ?? null)),
        work: (driver, options) => driver.start(instanceId, options),
        undo: (context) => askHost(deps, instanceId, context),
      }),
    ],
    ended(tx, context, outcome) {
      endRestore(deps, instanceId, tx, context, outcome);
      return undefined;
    },
  };
}
