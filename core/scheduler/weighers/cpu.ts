import type { Weigher } from '../weigher.ts';

/** More free vCPUs are better, the ratio counted in. Source: nova/scheduler/weights/cpu.py */
export const cpu: Weigher = {
  name: 'CPU',
  multiplier: 1,
  weigh: ({ host }) => (host.vcpus.total - host.vcpus.reserved) * host.vcpus.ratio - host.vcpus.used,
};
