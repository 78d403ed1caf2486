import type { Scale, Weigher } from '../weigher.ts';

/** Fewer instances are better with a negative multiplier, more with a positive one. Source: nova/scheduler/weights/num_instances.py */
export const numInstances: Weigher = {
  name: 'NumInstances',
  description: 'Fewer instances are better with a negative multiplier, more with a positive one.',
  multiplier: 0,
  overriddenBy: 'num_instances_weight_multiplier',
  scale: () => numberOf,
};

const numberOf: Scale = ({ instances }) => instances.size;
