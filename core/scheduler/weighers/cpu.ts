import type { Scale, Weigher } from '../weigher.ts';

/** More free vCPUs are better, the ratio counted in. Source: nova/scheduler/weights/cpu.py */
export const cpu: Weigher = {
  name: 'CPU',
  description: 'More free vCPUs are better, the allocation ratio counted in.',
  multiplier: 1,
  overriddenBy: 'cpu_weight_multiplier',
  floor: 0,
  scale: () => freeVcpus,
};

const freeVcpus: Scale = ({ host: { vcpus } }) => (vcpus.total - vcpus.reserved) * vcpus.ratio - vcpus.used;
