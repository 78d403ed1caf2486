import type { Host } from '../../../core/contract/index.ts';

export type Amount = Host['vcpus'];

/** What may be given out. Source: `Inventory.capacity` in placement/objects/inventory.py. */
export function capacityOf({ total, reserved, ratio }: Amount): number {
  return Math.max(0, Math.floor((total - reserved) * ratio));
}
