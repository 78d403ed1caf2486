import { versionNumber } from '../capabilities.ts';
import type { Scale, Weigher } from '../weigher.ts';

/** A newer QEMU is better. Source: nova/scheduler/weights/hypervisor_version.py */
export const hypervisorVersion: Weigher = {
  name: 'HypervisorVersion',
  description: 'A newer QEMU is better.',
  multiplier: 1,
  overriddenBy: 'hypervisor_version_weight_multiplier',
  scale: () => versionOf,
};

const versionOf: Scale = ({ facts }) => (facts === null ? 0 : versionNumber(facts.hypervisorVersion));
