import type { Weigher } from '../weigher.ts';

/** More free disk is better: GiB. Source: nova/scheduler/weights/disk.py */
export const disk: Weigher = {
  name: 'Disk',
  multiplier: 1,
  weigh: ({ host }) => host.disk.total - host.disk.reserved - host.disk.used,
};
