import type { Surroundings } from '../../core/control-plane.ts';

export const GIB = 1024 ** 3;

/** An image store that holds whatever it is asked for. */
export const memoryImages: Surroundings['images'] = {
  path: (imageId) => `/nowhere/${imageId}.img`,
  import: () =>
    Promise.resolve({ diskFormat: 'qcow2', size: 1000, virtualSize: GIB, sha256: 'cd'.repeat(32) }),
  remove: () => Promise.resolve(),
  sweep: () => Promise.resolve([]),
};
