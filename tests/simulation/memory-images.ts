import type { Surroundings } from '../../core/control-plane.ts';

export const GIB = 1024 ** 3;

const stored = { diskFormat: 'qcow2', size: 1000, virtualSize: GIB, sha256: 'ab'.repeat(32) } as const;

/** An image store that holds whatever it is asked for. */
export const memoryImages: Surroundings['images'] = {
  path: (imageId) => `/nowhere/${imageId}.img`,
  import: () => Promise.resolve(stored),
  fetch: () => Promise.resolve(stored),
  remove: () => Promise.resolve(),
  sweep: () => Promise.resolve([]),
};
