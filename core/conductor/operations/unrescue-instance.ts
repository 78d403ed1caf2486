import type { Operation, Outcome, StepContext } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { getInstanceRecord } from '../../state/instances.ts';
import type { ConductorDeps } from '../deps.ts';
import { needInstance } from '../guest.ts';
import { askHost } from '../host-word.ts';
import { hostStep } from '../on-host.ts';
import { removeOrphanedImages } from '../orphaned-image.ts';
import { endMarked, type Ending, recordSteps } from '../record.ts';

/** Nova starts whatever it unrescues; here one that was off before is off afterwards. */
function end(tx: Tx, context: StepContext, outcome: Outcome, instanceId: string): undefined {
  const wasOff = getInstanceRecord(tx, instanceId)?.rescue?.from === 'stopped';
  const done: Ending['done'] = {
    ...(wasOff
      ? { vmState: 'stopped', powerState: 'SHUTDOWN' }
      : { vmState: 'active', powerState: 'RUNNING' }),
    rescue: null,
    seenAt: tx.now(),
  };
  endMarked(tx, context, outcome, { instanceId, own: ['unrescuing'], done, failed: {} });
}

/** The image that nothing of the instance lies over any more. */
function rescueImage({ database }: ConductorDeps, instanceId: string): string[] {
  const { rescue, instance } = needInstance(database, instanceId);
  return rescue === null || rescue.imageId === instance.imageId ? [] : [rescue.imageId];
}

/** Back to the guest's own disks; the rescue disk is thrown away. nova/compute/manager.py `unrescue_instance` */
export function unrescueInstance(deps: ConductorDeps, instanceId: string): Operation {
  const rescue = () => needInstance(deps.database, instanceId).rescue;
  const on = (name: string, how: Parameters<typeof hostStep>[3]) => hostStep(deps, instanceId, name, how);
  return {
    ...recordSteps(instanceId),
    steps: [
      on('destroy', {
        work: (driver, options) => driver.destroy(instanceId, options),
        undo: (context) => askHost(deps, instanceId, context),
      }),
      on('detach_rescue', { work: (driver, options) => driver.detachRescueDisk(instanceId, options) }),
      on('remove_rescue_disk', { work: (driver, options) => driver.removeRescueDisk(instanceId, options) }),
      removeOrphanedImages(deps, instanceId, () => rescueImage(deps, instanceId)),
      on('start', {
        when: () => rescue()?.from !== 'stopped',
        work: (driver, options) => driver.boot(instanceId, options),
      }),
    ],
    ended: (tx, context, outcome) => end(tx, context, outcome, instanceId),
  };
}
