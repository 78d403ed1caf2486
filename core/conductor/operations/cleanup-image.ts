import type { Operation } from '../../queue/operation.ts';
import { getHost } from '../../state/hosts.ts';
import { getImage } from '../../state/images.ts';
import type { ConductorDeps } from '../deps.ts';
import { againWhenBack } from '../leftovers.ts';
import { isImageInUse } from '../orphaned-image.ts';

interface Leftover {
  readonly imageId: string;
  readonly hostId: string;
}

/**
 * Removes the copy of a deleted image from a host that was away when the image was deleted; one that disks lie over goes
 * with the last of them. Of an image that is still there it removes what a broken upload has left.
 */
export function cleanupImage({ database, hosts, copies }: ConductorDeps, leftover: Leftover): Operation {
  const { imageId, hostId } = leftover;
  return {
    ...againWhenBack('image.cleanup', leftover),
    steps: [
      {
        name: 'remove_copy',
        async do(context) {
          if (getHost(database, hostId) === undefined) return undefined;
          if (getImage(database, imageId) !== undefined) {
            await copies.discardHalf(imageId, hostId, context);
            return undefined;
          }
          if (isImageInUse(database, imageId, hostId)) return undefined;
          const { signal } = context;
          await hosts.use(hostId, context, (driver) => driver.removeImage(imageId, { signal }));
          return undefined;
        },
      },
    ],
  };
}
