import type { Scale, Weigher } from '../weigher.ts';

/** More free memory is better: MiB, without the ratio. Source: nova/scheduler/weights/ram.py */
export const ram: Weigher = {
  name: 'RAM',
  description: 'More free memory is better.',
  multiplier: 1,
  overriddenBy: 'ram_weight_multiplier',
  floor: 0,
  scale: () => freeRam,
};

const freeRam: Scale = ({ host }) => host.ram.total - host.ram.reserved - host.ram.used;
