import { release } from '../placement/allocations.ts';
import type { Operation, Step } from '../queue/operation.ts';
import { getImage } from '../state/images.ts';
import { getInstanceRecord, listInstancesOn, markDeleted } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';
import { askHost } from './host-word.ts';
import { endAction, recordSteps } from './record.ts';
import { takeDownSteps } from './take-down.ts';

/** What goes with a guest that Micronova made; an adopted one keeps its disks and whatever else it brought along. */
const OF_LAUNCHED: ReadonlySet<string> = new Set(['remove_disks', 'release_address']);

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
      const { hostId, takenOver } = record()?.instance ?? {};
      // Another's guest stays as it is: only the row is forgotten.
      if (hostId && !takenOver) await deps.hosts.use(hostId, context, work);
    },
  );
  const undo: Step['undo'] = (context) => askHost(deps, instanceId, context);
  const isAdopted = record()?.instance.origin === 'adopted';
  return {
    ...recordSteps(instanceId),
    steps: [
      ...(first ? [{ ...first, undo }] : []),
      ...rest.filter(({ name }) => !isAdopted || !OF_LAUNCHED.has(name)),
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
      const { hostId, imageId, takenOver } = getInstanceRecord(database, instanceId)?.instance ?? {};
      if (!hostId || takenOver || !imageId || getImage(database, imageId) !== undefined) return undefined;
      const others = listInstancesOn(database, hostId).filter((other) => other.id !== instanceId);
      if (others.some((other) => other.imageId === imageId)) return undefined;
      const { signal } = context;
      await hosts.use(hostId, context, (driver) => driver.removeImage(imageId, { signal }));
      return undefined;
    },
  };
}
