import type { Tx } from '../state/database.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { resourcesOf } from '../placement/demands.ts';
import type { Step } from '../queue/operation.ts';
import { claimExisting } from '../scheduler/existing-claim.ts';
import { refuseImageOnHost } from '../scheduler/image-on-host.ts';
import { getImage } from '../state/images.ts';
import { getInstance } from '../state/instances.ts';
import { copyStep } from './copy-step.ts';
import type { ConductorDeps } from './deps.ts';
import { imageSource, needInstance } from './guest.ts';
import { hostIdOf } from './on-host.ts';

/**
 * A disk of 0 is as large as its image: another image claims another disk. Growing has to find room, shrinking has not.
 * @throws ExpectedError `placement.no_capacity`
 */
function claimDisk(tx: Tx, instanceId: string, imageId: string | null): undefined {
  const instance = getInstance(tx, instanceId);
  const image = imageId === null ? undefined : getImage(tx, imageId);
  const hostId = instance?.hostId ?? null;
  if (instance === undefined || image === undefined || hostId === null || instance.flavor.disk > 0) return;
  const { flavor } = instance;
  const held = allocationsOf(tx, instanceId).find(({ providerId }) => providerId === hostId)?.resources;
  const grows = (resourcesOf({ flavor, image })['DISK_GB'] ?? 0) > (held?.['DISK_GB'] ?? 0);
  claimExisting(tx, { instanceId, hostId, flavor, image, beyondCapacity: !grows });
}

/**
 * Makes sure, before anything is lost, that the host can run the image, has room for its disk and has a copy of it. Undone,
 * the instance holds what the image that it has by then takes.
 */
export function newImageStep(deps: ConductorDeps, instanceId: string, imageId: string): Step {
  const copy = copyStep(deps, 'image', () => ({ imageId, hostId: hostIdOf(deps, instanceId) }));
  const { database } = deps;
  return {
    ...copy,
    async do(context) {
      refuseImageOnHost(database, needInstance(database, instanceId).instance, imageSource(deps, imageId));
      await copy.do(context);
      return (tx) => claimDisk(tx, instanceId, imageId);
    },
    async undo(context) {
      const left = await copy.undo?.(context);
      return (tx) => {
        claimDisk(tx, instanceId, getInstance(tx, instanceId)?.imageId ?? null);
        return left?.(tx);
      };
    },
  };
}
