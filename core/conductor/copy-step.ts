import type { Step } from '../queue/operation.ts';
import type { ConductorDeps } from './deps.ts';
import { imageSource } from './guest.ts';
import { isLinkLoss } from './hosts.ts';
import { COPY_PATIENCE } from './image-copies.ts';
import { leaveToCleanup } from './leftovers.ts';

interface Where {
  readonly imageId: string;
  readonly hostId: string;
}

/**
 * Brings an image to a host. A complete copy needs no undo: it serves the next build. What an upload has left that broke
 * off goes again, and when the host went away with it, once the host is back.
 * @param isPatient the host was there a moment ago: it is waited for
 */
export function copyStep(deps: ConductorDeps, name: string, where: () => Where, isPatient = false): Step {
  return {
    name,
    patience: COPY_PATIENCE,
    async do(context) {
      const at = where();
      const follower = { ...context, resumed: context.resumed || isPatient };
      await deps.copies.ensure(imageSource(deps, at.imageId), at.hostId, follower);
      return undefined;
    },
    async undo(context) {
      const at = where();
      try {
        await deps.copies.discardHalf(at.imageId, at.hostId, { signal: context.signal, resumed: false });
        return undefined;
      } catch (error) {
        if (!isLinkLoss(error)) throw error;
        return (tx) => {
          leaveToCleanup(tx, 'image.cleanup', at, context.task);
          return undefined;
        };
      }
    },
  };
}
