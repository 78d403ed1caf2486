import type { Operation, Step } from '../../queue/operation.ts';
import { getHost } from '../../state/hosts.ts';
import { getImage } from '../../state/images.ts';
import { getInstance } from '../../state/instances.ts';
import type { ConductorDeps } from '../deps.ts';
import { againWhenBack } from '../leftovers.ts';
import { isImageInUse } from '../orphaned-image.ts';
import { type OnHost, takeDownSteps } from '../take-down.ts';

interface Leftover {
  readonly instanceId: string;
  readonly hostId: string;
  readonly mac: string;
  readonly adopted?: true | undefined;
  readonly images?: string[] | undefined;
  /** they lie on storage that the instance's new host shares */
  readonly keepDisks: boolean;
}

/** Takes down what a failed build or an evacuation had to leave on a host that was away, now that the host is back. */
export function cleanupInstance({ database, hosts }: ConductorDeps, leftover: Leftover): Operation {
  const { instanceId, hostId, mac, keepDisks, images = [] } = leftover;
  const onHost: OnHost = async (context, work) => {
    const livesThere = getInstance(database, instanceId)?.hostId === hostId;
    if (!livesThere && getHost(database, hostId) !== undefined) await hosts.use(hostId, context, work);
  };
  const removeCopies: Step = {
    name: 'remove_image',
    async do(context) {
      const { signal } = context;
      for (const imageId of images) {
        if (getImage(database, imageId) !== undefined || isImageInUse(database, imageId, hostId)) continue;
        await onHost(context, (driver) => driver.removeImage(imageId, { signal }));
      }
      return undefined;
    },
  };
  const guest = { instanceId, macOf: () => mac, isAdopted: leftover.adopted === true };
  const takeDown = takeDownSteps(guest, onHost).filter(({ name }) => !(keepDisks && name === 'remove_disks'));
  return { ...againWhenBack('instance.cleanup', leftover), steps: [...takeDown, removeCopies] };
}
