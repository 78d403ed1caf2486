import type { Step } from '../queue/operation.ts';
import type { Reader } from '../state/database.ts';
import { getImage } from '../state/images.ts';
import { getInstanceRecord, listInstancesOn } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';
import { patient } from './on-host.ts';

/** The images that disks of an instance lie over: its own, and the one that it is rescued with. */
export function imagesOf(reader: Reader, instanceId: string): string[] {
  const record = getInstanceRecord(reader, instanceId);
  const ids = [record?.instance.imageId ?? null, record?.rescue?.imageId ?? null];
  return ids.filter((id) => id !== null);
}

/** Whether disks of an instance on this host lie over its copy of the image. */
export function isImageInUse(reader: Reader, imageId: string, hostId: string, exceptId?: string): boolean {
  const others = listInstancesOn(reader, hostId).filter(({ id }) => id !== exceptId);
  return others.some(({ id }) => imagesOf(reader, id).includes(imageId));
}

/**
 * The host's copy of an image that was deleted stays as long as disks lie over it: the last one takes it along.
 * @param leaving the images that the instance has just let go of
 */
export function removeOrphanedImages(
  { database, hosts }: ConductorDeps,
  instanceId: string,
  leaving: () => readonly string[],
): Step {
  return {
    name: 'remove_image',
    async do(context) {
      const { hostId = null, takenOver = null } = getInstanceRecord(database, instanceId)?.instance ?? {};
      if (hostId === null || takenOver !== null) return undefined;
      const { signal } = context;
      for (const imageId of new Set(leaving())) {
        if (getImage(database, imageId) !== undefined) continue;
        if (isImageInUse(database, imageId, hostId, instanceId)) continue;
        await hosts.use(hostId, patient(context), (driver) => driver.removeImage(imageId, { signal }));
      }
      return undefined;
    },
  };
}
