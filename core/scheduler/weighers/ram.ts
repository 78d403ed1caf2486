import type { Weigher } from '../weigher.ts';

/** More free memory is better: MiB, without the ratio. Source: nova/scheduler/weights/ram.py */
export const ram: Weigher = {
  name: 'RAM',
  multiplier: 1,
  weigh: ({ host }) => host.ram.total - host.ram.reserved - host.ram.used,
};
