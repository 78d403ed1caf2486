import { release } from '../placement/allocations.ts';
import type { Operation, Step } from '../queue/operation.ts';
import { getImage } from '../state/images.ts';
import { getInstanceRecord, listInstancesOn, markDeleted } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';
import { askHost } from './host-word.ts';
import { endAction, recordSteps } from './record.ts';
import { takeDownSteps } from './take-down.ts';

/**
 * Takes an instance away, in whatever state it is: half built, in error, on no host. While its host is away it is
 * refused, because its guest would live on there. nova/compute/manager.py `terminate_instance`
 */
export function deleteInstance(deps: ConductorDeps, instanceId: string): Operation {
  const record = () => getInstanceRecord(deps.database, instanceId);
  const [first, ...rest] = takeDownSteps(
    instanceId,
    () => record()?.mac ?? '',
    async (context, work) => {
      const hostId = record()?.instance.hostId ?? null;
      if (hostId !== null) await deps.hosts.use(hostId, context, work);
    },
  );
  const undo: Step['undo'] = (context) => askHost(deps, instanceId, context);
  return {
    ...recordSteps(instanceId),
    steps: [
      ...(first ? [{ ...first, undo }] : []),
      ...rest,
      removeOrphanedImage(deps, instanceId),
      {
        name: 'release',
        do: () => (tx) => {
          release(tx, instanceId);
          markDeleted(tx, instanceId);
          return undefined;
        },
      },
    ],
    ended(tx, context, outcome) {
      endAction(tx, context, outcome, { instanceId, own: ['deleting'], done: {}, failed: {} });
      return undefined;
    },
  };
}

/** The host's copy of an image that was deleted stays as long as disks lie over it: the last one takes it along. */
function removeOrphanedImage({ database, hosts }: ConductorDeps, instanceId: string): Step {
  return {
    name: 'remove_image',
    async do(context) {
      const { hostId, imageId } = getInstanceRecord(database, instanceId)?.instance ?? {};
      if (!hostId || !imageId || getImage(database, imageId) !== undefined) return undefined;
      const others = listInstancesOn(database, hostId).filter((other) => other.id !== instanceId);
      if (others.some((other) => other.imageId === imageId)) return undefined;
      const { signal } = context;
      await hosts.use(hostId, context, (driver) => driver.removeImage(imageId, { signal }));
      return undefined;
    },
  };
}
