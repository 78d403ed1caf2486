import type { Operation } from '../../queue/operation.ts';
import { copyStep } from '../copy-step.ts';
import type { ConductorDeps } from '../deps.ts';

/** Brings an image to a host ahead of a launch. */
export function uploadImage(deps: ConductorDeps, imageId: string, hostId: string): Operation {
  return { steps: [copyStep(deps, 'upload', () => ({ imageId, hostId }))] };
}
