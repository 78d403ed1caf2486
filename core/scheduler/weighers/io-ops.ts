import type { Weigher } from '../weigher.ts';

/** A host that is busy building is worse. Source: nova/scheduler/weights/io_ops.py */
export const ioOps: Weigher = {
  name: 'IoOps',
  multiplier: -1,
  weigh: (state) => state.ioOps,
};
