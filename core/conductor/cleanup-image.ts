import type { Operation } from '../queue/operation.ts';
import { getHost } from '../state/hosts.ts';
import { getImage } from '../state/images.ts';
import type { ConductorDeps } from './deps.ts';
import { againWhenBack } from './leftovers.ts';
import { isImageInUse } from './orphaned-image.ts';

interface Leftover {
  readonly imageId: string;
  readonly hostId: string;
}

/**
 * Removes the copy of a deleted image from a host that was away when the image was deleted. One that disks lie over
 * goes with the last of them.
 */
export function cleanupImage({ database, hosts }: ConductorDeps, leftover: Leftover): Operation {
  const { imageId, hostId } = leftover;
  return {
    ...againWhenBack('image.cleanup', leftover),
    steps: [
      {
        name: 'remove_copy',
        async do(context) {
          const used = isImageInUse(database, imageId, hostId);
          const isOver = getHost(database, hostId) === undefined || getImage(database, imageId) !== undefined;
          if (used || isOver) return undefined;
          const { signal } = context;
          await hosts.use(hostId, context, (driver) => driver.removeImage(imageId, { signal }));
          return undefined;
        },
      },
    ],
  };
}
