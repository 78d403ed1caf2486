import { TASK_KINDS } from '../queue/kinds.ts';
import { operationFor, type Operations } from '../queue/operation.ts';
import { cleanupImage } from './operations/cleanup-image.ts';
import { cleanupInstance } from './operations/cleanup-instance.ts';
import { createImage } from './operations/create-image.ts';
import { createInstance } from './operations/create-instance.ts';
import { deleteImage } from './operations/delete-image.ts';
import { crashDump } from './operations/crash-dump.ts';
import { deleteInstance, forceDeleteInstance } from './operations/delete-instance.ts';
import { conductorDeps, type ConductorOptions } from './deps.ts';
import { evacuateInstance } from './operations/evacuate-instance.ts';
import { describeInstance } from './operations/describe-instance.ts';
import { fetchImage } from './operations/fetch-image.ts';
import { recoverInstances } from './operations/recover-instances.ts';
import { releaseInstance } from './operations/release-instance.ts';
import { takeInstance } from './operations/take-instance.ts';
import { pauseInstance, unpauseInstance } from './operations/pause-instance.ts';
import { rebootInstance } from './operations/reboot-instance.ts';
import { rebuildInstance } from './operations/rebuild-instance.ts';
import { rescueInstance } from './operations/rescue-instance.ts';
import { restoreInstance, softDeleteInstance } from './operations/soft-delete.ts';
import { redefineInstance } from './operations/redefine-instance.ts';
import { startInstance } from './operations/start-instance.ts';
import { stopInstance } from './operations/stop-instance.ts';
import { resumeInstance, suspendInstance } from './operations/suspend-instance.ts';
import { unrescueInstance } from './operations/unrescue-instance.ts';
import { uploadImage } from './operations/upload-image.ts';

/** How every kind of task is done. */
export function conductorOperations(options: ConductorOptions): Operations {
  const deps = conductorDeps(options);
  const kinds = TASK_KINDS;
  return {
    'instance.create': operationFor(kinds['instance.create'], (input) =>
      createInstance(deps, input.instanceId),
    ),
    'instance.delete': operationFor(kinds['instance.delete'], (input) =>
      input.withoutHost ? forceDeleteInstance(deps, input) : deleteInstance(deps, input),
    ),
    'instance.start': operationFor(kinds['instance.start'], (input) => startInstance(deps, input.instanceId)),
    'instance.stop': operationFor(kinds['instance.stop'], (input) => stopInstance(deps, input.instanceId)),
    'instance.reboot': operationFor(kinds['instance.reboot'], (input) =>
      rebootInstance(deps, input.instanceId, input.type),
    ),
    'instance.pause': operationFor(kinds['instance.pause'], (input) => pauseInstance(deps, input.instanceId)),
    'instance.unpause': operationFor(kinds['instance.unpause'], (input) =>
      unpauseInstance(deps, input.instanceId),
    ),
    'instance.suspend': operationFor(kinds['instance.suspend'], (input) =>
      suspendInstance(deps, input.instanceId),
    ),
    'instance.resume': operationFor(kinds['instance.resume'], (input) =>
      resumeInstance(deps, input.instanceId),
    ),
    'instance.rescue': operationFor(kinds['instance.rescue'], (input) =>
      rescueInstance(deps, input.instanceId, input.imageId),
    ),
    'instance.unrescue': operationFor(kinds['instance.unrescue'], (input) =>
      unrescueInstance(deps, input.instanceId),
    ),
    'instance.rebuild': operationFor(kinds['instance.rebuild'], (input) =>
      rebuildInstance(deps, input.instanceId, input.imageId),
    ),
    'instance.crashDump': operationFor(kinds['instance.crashDump'], (input) =>
      crashDump(deps, input.instanceId),
    ),
    'instance.softDelete': operationFor(kinds['instance.softDelete'], (input) =>
      softDeleteInstance(deps, input.instanceId),
    ),
    'instance.restore': operationFor(kinds['instance.restore'], (input) =>
      restoreInstance(deps, input.instanceId),
    ),
    'instance.forceDelete': operationFor(kinds['instance.forceDelete'], (input) =>
      forceDeleteInstance(deps, input),
    ),
    'instance.evacuate': operationFor(kinds['instance.evacuate'], (input) => evacuateInstance(deps, input)),
    'instance.redefine': operationFor(kinds['instance.redefine'], (input) =>
      redefineInstance(deps, input.instanceId),
    ),
    'instance.cleanup': operationFor(kinds['instance.cleanup'], (input) => cleanupInstance(deps, input)),
    'instance.describe': operationFor(kinds['instance.describe'], (input) => describeInstance(deps, input)),
    'instance.adopt': operationFor(kinds['instance.adopt'], (input) =>
      takeInstance(deps, input.instanceId, input.expected),
    ),
    'instance.take_over': operationFor(kinds['instance.take_over'], (input) =>
      takeInstance(deps, input.instanceId, input.expected),
    ),
    'instance.release': operationFor(kinds['instance.release'], (input) =>
      releaseInstance(deps, input.instanceId),
    ),
    'recovery.run': operationFor(kinds['recovery.run'], (input) => recoverInstances(deps, input.controlId)),
    'image.fetch': operationFor(kinds['image.fetch'], (input) => fetchImage(deps, input)),
    'image.create': operationFor(kinds['image.create'], (input) => createImage(deps, input)),
    'image.upload': operationFor(kinds['image.upload'], (input) =>
      uploadImage(deps, input.imageId, input.hostId),
    ),
    'image.cleanup': operationFor(kinds['image.cleanup'], (input) => cleanupImage(deps, input)),
    'image.delete': operationFor(kinds['image.delete'], (input) => deleteImage(deps, input.imageId)),
  };
}
