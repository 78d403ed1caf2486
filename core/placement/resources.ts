/** Resource classes by placement's names; `resources:CLASS` of a flavor may name others. placement: os_resource_classes */
export type Resources = Readonly<Record<string, number>>;

/** What a provider has of one class. */
export interface Inventory {
  readonly total: number;
  readonly reserved: number;
  readonly minUnit: number;
  readonly maxUnit: number;
  readonly stepSize: number;
  readonly allocationRatio: number;
}

interface ClassWords {
  readonly label: string;
  readonly unit: string;
}

const WORDS: Readonly<Record<string, ClassWords>> = {
  VCPU: { label: 'CPU', unit: 'vCPU' },
  MEMORY_MB: { label: 'RAM', unit: 'MiB' },
  DISK_GB: { label: 'Disk', unit: 'GiB' },
};

/** os_resource_classes/__init__.py */
const STANDARD: ReadonlySet<string> = new Set([
  'VCPU',
  'PCPU',
  'MEMORY_MB',
  'DISK_GB',
  'PCI_DEVICE',
  'SRIOV_NET_VF',
  'NUMA_SOCKET',
  'NUMA_CORE',
  'NUMA_THREAD',
  'NUMA_MEMORY_MB',
  'IPV4_ADDRESS',
  'VGPU',
  'VGPU_DISPLAY_HEAD',
  'PGPU',
  'FPGA',
  'MEM_ENCRYPTION_CONTEXT',
  'NET_BW_EGR_KILOBIT_PER_SEC',
  'NET_BW_IGR_KILOBIT_PER_SEC',
  'NET_PACKET_RATE_KILOPACKET_PER_SEC',
  'NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC',
  'NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC',
]);

/** Is it one of placement's, or one of somebody's own? */
export function isKnownClass(name: string): boolean {
  return STANDARD.has(name) || /^CUSTOM_[A-Z0-9_]+$/.test(name);
}

/** How much may be given away in all: (total − reserved) × ratio, in whole units. */
export function capacityOf(inventory: Inventory): number {
  return Math.max(0, Math.floor((inventory.total - inventory.reserved) * inventory.allocationRatio));
}

/** `CPU: 4 vCPU`; a class of one's own by its name. */
export function describeAmount(resourceClass: string, amount: number): string {
  const { label, unit } = WORDS[resourceClass] ?? { label: resourceClass, unit: '' };
  return `${label}: ${amount}${unit === '' ? '' : ` ${unit}`}`;
}

/**
 * Why this much of a class cannot be given, in words and figures; null when it can.
 * Source: `_check_capacity_exceeded` in placement/objects/allocation.py.
 */
export function refusalOf(
  resourceClass: string,
  asked: number,
  inventory: Inventory | undefined,
  used: number,
): string | null {
  const { label, unit } = WORDS[resourceClass] ?? { label: resourceClass, unit: '' };
  const amount = (n: number) => (unit === '' ? `${n}` : `${n} ${unit}`);
  if (inventory === undefined) return `${label}: asked ${amount(asked)}, the host has none`;
  const { minUnit, maxUnit, stepSize, reserved, allocationRatio } = inventory;
  if (asked < minUnit) return `${label}: asked ${amount(asked)}, at least ${minUnit} for one instance`;
  if (asked > maxUnit) return `${label}: asked ${amount(asked)}, at most ${maxUnit} for one instance`;
  if (asked % stepSize !== 0) return `${label}: asked ${amount(asked)}, given in steps of ${stepSize}`;
  const capacity = capacityOf(inventory);
  if (used + asked <= capacity) return null;
  const free = Math.max(0, capacity - used);
  const ratio = Number.isInteger(allocationRatio) ? allocationRatio.toFixed(1) : `${allocationRatio}`;
  return `${label}: asked ${amount(asked)}, free ${free} of ${capacity} (ratio ${ratio}, ${reserved} reserved)`;
}
