import type { Weigher } from '../weigher.ts';

/** A host where builds failed since the last good one comes last. Source: nova/scheduler/weights/compute.py */
export const buildFailure: Weigher = {
  name: 'BuildFailure',
  multiplier: -1_000_000,
  weigh: (state) => state.buildFailures,
};
