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
  // The usual answer, without words: this is asked of every host.
  if (inventory !== undefined && isWithin(inventory, asked) && used + asked <= capacityOf(inventory))
    return null;
  const { label, unit } = WORDS[resourceClass] ?? { label: resourceClass, unit: '' };
  const words = `${label}: asked ${asked}${unit === '' ? '' : ` ${unit}`}`;
  if (inventory === undefined) return `${words}, the host has none`;
  const { minUnit, maxUnit, stepSize, reserved, allocationRatio } = inventory;
  if (asked < minUnit) return `${words}, at least ${minUnit} for one instance`;
  if (asked > maxUnit) return `${words}, at most ${maxUnit} for one instance`;
  if (asked % stepSize !== 0) return `${words}, given in steps of ${stepSize}`;
  const capacity = capacityOf(inventory);
  const free = Math.max(0, capacity - used);
  const ratio = Number.isInteger(allocationRatio) ? allocationRatio.toFixed(1) : `${allocationRatio}`;
  return `${words}, free ${free} of ${capacity} (ratio ${ratio}, ${reserved} reserved)`;
}

function isWithin({ minUnit, maxUnit, stepSize }: Inventory, asked: number): boolean {
  return asked >= minUnit && asked <= maxUnit && asked % stepSize === 0;
}
