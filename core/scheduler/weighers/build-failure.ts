import type { Scale, Weigher } from '../weigher.ts';

/**
 * A host where builds failed since the last good one comes last. Nova's option and its aggregate key are positive, and
 * count negative. Source: nova/scheduler/weights/compute.py
 */
export const buildFailure: Weigher = {
  name: 'BuildFailure',
  description: 'A host where builds failed since the last good one is far worse.',
  multiplier: -1_000_000,
  overriddenBy: 'build_failure_weight_multiplier',
  overrideNegated: true,
  scale: () => failures,
};

const failures: Scale = (host) => host.buildFailures;
