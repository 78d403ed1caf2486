import type { Operation, Step } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { getImage } from '../../state/images.ts';
import { transition } from '../../state/instance-changes.ts';
import { getInstanceRecord, type RescueRecord } from '../../state/instances.ts';
import { copyStep } from '../copy-step.ts';
import type { ConductorDeps } from '../deps.ts';
import { imageSource, needInstance } from '../guest.ts';
import { askHost } from '../host-word.ts';
import { hostIdOf, hostStep, undoOnHost } from '../on-host.ts';
import { endMarked, recordSteps } from '../record.ts';
import { SHUTDOWN_TIMEOUT } from './stop-instance.ts';

/** Written down before anything of the guest is changed: from then on there is a way back. */
function remember(tx: Tx, instanceId: string, imageId: string): undefined {
  const record = getInstanceRecord(tx, instanceId);
  const image = getImage(tx, imageId);
  if (record === undefined || record.rescue !== null) return;
  const { vmState } = record.instance;
  const rescue: RescueRecord = { imageId, imageName: image?.name ?? imageId, from: vmState };
  transition(tx, instanceId, { set: { rescue } });
}

/** The rescue disk goes, and with it what was remembered. */
export function dropRescueDisk(deps: ConductorDeps, instanceId: string): NonNullable<Step['undo']> {
  return async (context) => {
    await undoOnHost(deps, instanceId, context, (driver, o) => driver.removeRescueDisk(instanceId, o));
    return (tx) => void transition(tx, instanceId, { set: { rescue: null } });
  };
}

/** As it ran before, it runs again. */
function powerBack(deps: ConductorDeps, instanceId: string): NonNullable<Step['undo']> {
  return async (context) => {
    if (needInstance(deps.database, instanceId).rescue?.from === 'active') {
      await undoOnHost(deps, instanceId, context, (driver, options) => driver.start(instanceId, options));
    }
    return await askHost(deps, instanceId, context);
  };
}

/**
 * The rescue image boots, with the guest's own disks where they are ("stable device rescue").
 * nova/compute/manager.py `rescue_instance`, nova/virt/libvirt/driver.py `rescue`
 */
export function rescueInstance(deps: ConductorDeps, instanceId: string, imageId: string): Operation {
  const on = (name: string, how: Parameters<typeof hostStep>[3]) => hostStep(deps, instanceId, name, how);
  return {
    ...recordSteps(instanceId),
    steps: [
      copyStep(deps, 'image', () => ({ imageId, hostId: hostIdOf(deps, instanceId) })),
      on('rescue_disk', {
        work: (driver, options) => driver.createRescueDisk(instanceId, imageSource(deps, imageId), options),
        commit: (tx) => remember(tx, instanceId, imageId),
        undo: dropRescueDisk(deps, instanceId),
      }),
      on('stop', {
        work: (driver, options) => driver.stop(instanceId, SHUTDOWN_TIMEOUT, options),
        undo: powerBack(deps, instanceId),
      }),
      on('attach_rescue', {
        work: (driver, options) => driver.attachRescueDisk(instanceId, imageSource(deps, imageId), options),
        undo: async (context) => {
          await undoOnHost(deps, instanceId, context, (driver, o) => driver.detachRescueDisk(instanceId, o));
          return undefined;
        },
      }),
      on('start', {
        work: (driver, options) => driver.boot(instanceId, options),
        undo: async (context) => {
          await undoOnHost(deps, instanceId, context, (driver, o) => driver.destroy(instanceId, o));
          return undefined;
        },
      }),
    ],
    ended(tx, context, outcome) {
      // What could not be undone is still a rescue: unrescue leads out of it.
      const stuck = getInstanceRecord(tx, instanceId)?.rescue ? ({ vmState: 'rescued' } as const) : {};
      endMarked(tx, context, outcome, {
        instanceId,
        own: ['rescuing'],
        done: { vmState: 'rescued', powerState: 'RUNNING', seenAt: tx.now() },
        failed: stuck,
      });
      return undefined;
    },
  };
}
