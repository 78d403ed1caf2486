import type { TaskState } from '../../contract/index.ts';
import type { ComputeDriver, GuestSpec, StepOptions } from '../../compute/driver.ts';
import type { Operation, Outcome, Step, StepContext } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { getImage } from '../../state/images.ts';
import { transition } from '../../state/instance-changes.ts';
import { getInstance } from '../../state/instances.ts';
import { agreeOnDefinition } from '../agree.ts';
import type { ConductorDeps } from '../deps.ts';
import { guestSpec, needInstance } from '../guest.ts';
import { askHost } from '../host-word.ts';
import { newImageStep } from '../new-image.ts';
import { hostIdOf, hostStep, patient } from '../on-host.ts';
import { imagesOf, removeOrphanedImages } from '../orphaned-image.ts';
import { endAction, recordSteps } from '../record.ts';

export const REBUILD_STATES: readonly TaskState[] = [
  'rebuilding',
  'rebuild_block_device_mapping',
  'rebuild_spawning',
];

/** What a step shows from its beginning on. Source: `_do_rebuild_instance` in nova/compute/manager.py */
const STATE_OF_STEP: Readonly<Record<string, TaskState>> = {
  root_disk: 'rebuild_block_device_mapping',
  config_drive: 'rebuild_spawning',
};

function takeImage(tx: Tx, instanceId: string, imageId: string): undefined {
  const imageName = getImage(tx, imageId)?.name ?? null;
  // Of one that was rescued, and reset, the rescue disk has gone with its own.
  transition(tx, instanceId, { set: { imageId, imageName, rescue: null } });
}

/** A rebuild that ends in one of these has thrown the old guest away and has not made the new one. */
const WITHOUT_GUEST = [
  'remove_disks',
  'remove_image',
  'take_image',
  'root_disk',
  'extra_disks',
  'config_drive',
];

// The host may be away, and could not be asked.
function isWithoutGuest(outcome: Outcome): boolean {
  return outcome.state !== 'done' && WITHOUT_GUEST.includes(outcome.failure.step);
}

function end(tx: Tx, context: StepContext, outcome: Outcome, instanceId: string): undefined {
  const wasOff = getInstance(tx, instanceId)?.vmState === 'stopped';
  const now = tx.now();
  endAction(tx, context, outcome, {
    instanceId,
    own: REBUILD_STATES,
    done: {
      ...(wasOff
        ? { powerState: 'SHUTDOWN' }
        : { vmState: 'active', powerState: 'RUNNING', launchedAt: now }),
      seenAt: now,
    },
    failed: isWithoutGuest(outcome) ? { vmState: 'error', powerState: 'NOSTATE' } : {},
  });
}

/**
 * New disks from an image under the same guest: its id, names, address, key and room stay. One that was off stays off.
 * Nothing is lost before the image is on the host; from `remove_disks` on there is no way back, and after a failure the
 * instance can only be rebuilt again, or deleted. nova/compute/manager.py `rebuild_instance`
 */
export function rebuildInstance(deps: ConductorDeps, instanceId: string, imageId: string): Operation {
  const recording = recordSteps(instanceId);
  const on = (name: string, how: Parameters<typeof hostStep>[3]): Step =>
    hostStep(deps, instanceId, name, how);
  const build = (
    name: string,
    work: (driver: ComputeDriver, guest: GuestSpec, options: StepOptions) => Promise<void>,
  ): Step =>
    on(name, {
      work: (driver, options) =>
        work(driver, guestSpec(deps, needInstance(deps.database, instanceId)), options),
    });
  return {
    ...recording,
    steps: [
      newImageStep(deps, instanceId, imageId),
      on('destroy', {
        work: (driver, options) => driver.destroy(instanceId, options),
        undo: (context) => askHost(deps, instanceId, context),
      }),
      // Not only replaced: memory that is kept and variables of the firmware belong to the old system.
      on('undefine', { work: (driver, options) => driver.undefine(instanceId, options) }),
      on('remove_disks', { work: (driver, options) => driver.removeOwnDisks(instanceId, options) }),
      removeOrphanedImages(deps, instanceId, () =>
        imagesOf(deps.database, instanceId).filter((id) => id !== imageId),
      ),
      { name: 'take_image', do: () => (tx) => takeImage(tx, instanceId, imageId) },
      build('root_disk', (driver, guest, options) => driver.createRootDisk(guest, options)),
      build('extra_disks', (driver, guest, options) => driver.createExtraDisks(guest, options)),
      build('config_drive', (driver, guest, options) =>
        driver.writeConfigDrive(guest, needInstance(deps.database, instanceId).instance.addresses, options),
      ),
      {
        name: 'define',
        do: (context) =>
          deps.hosts.use(hostIdOf(deps, instanceId), patient(context), async (driver) => {
            await driver.define(guestSpec(deps, needInstance(deps.database, instanceId)), {
              signal: context.signal,
            });
            return agreeOnDefinition(driver, instanceId, { signal: context.signal });
          }),
      },
      on('start', {
        when: () => needInstance(deps.database, instanceId).instance.vmState !== 'stopped',
        work: (driver, options) => driver.boot(instanceId, options),
      }),
    ],
    stepStarted(tx, context, step) {
      const taskState = STATE_OF_STEP[step];
      if (taskState !== undefined) {
        transition(tx, instanceId, { expect: { taskState: REBUILD_STATES }, set: { taskState } });
      }
      return recording.stepStarted(tx, context, step);
    },
    ended: (tx, context, outcome) => end(tx, context, outcome, instanceId),
  };
}
