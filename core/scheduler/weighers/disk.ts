import type { Scale, Weigher } from '../weigher.ts';

/** More free disk is better: GiB. Source: nova/scheduler/weights/disk.py */
export const disk: Weigher = {
  name: 'Disk',
  description: 'More free disk is better.',
  multiplier: 1,
  overriddenBy: 'disk_weight_multiplier',
  floor: 0,
  scale: () => freeDisk,
};

const freeDisk: Scale = ({ host }) => host.disk.total - host.disk.reserved - host.disk.used;
