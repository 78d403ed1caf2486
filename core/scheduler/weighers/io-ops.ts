import type { Scale, Weigher } from '../weigher.ts';

/** A host that is busy building is worse. Source: nova/scheduler/weights/io_ops.py */
export const ioOps: Weigher = {
  name: 'IoOps',
  description: 'A host that is building, rebuilding or moving instances is worse.',
  multiplier: -1,
  overriddenBy: 'io_ops_weight_multiplier',
  scale: () => busy,
};

const busy: Scale = (host) => host.ioOps;
