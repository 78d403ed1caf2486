import type { Operation } from '../queue/operation.ts';
import type { ConductorDeps } from './deps.ts';
import { imageSource } from './guest.ts';
import { COPY_PATIENCE } from './image-copies.ts';

/** Brings an image to a host ahead of a launch. */
export function uploadImage(deps: ConductorDeps, imageId: string, hostId: string): Operation {
  return {
    steps: [
      {
        name: 'upload',
        patience: COPY_PATIENCE,
        async do(context) {
          await deps.copies.ensure(imageSource(deps, imageId), hostId, context);
          return undefined;
        },
      },
    ],
  };
}
