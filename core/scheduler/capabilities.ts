import type { HostState } from './host-state.ts';

type Value = string | number | null;

/** libvirt's and Nova's number of a version: 7.2.0 is 7002000. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0, micro = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return major * 1_000_000 + minor * 1000 + micro;
}

/**
 * The names by which a flavor or a query may ask, and what of a host they mean. Source: the attributes of `HostState` in
 * nova/scheduler/host_manager.py
 */
const CAPABILITIES: Readonly<Record<string, (state: HostState) => Value>> = {
  host: ({ host }) => host.name,
  nodename: ({ host }) => host.name,
  uuid: ({ host }) => host.id,
  host_ip: ({ host }) => (host.address.kind === 'ssh' ? host.address.address : null),
  hypervisor_hostname: ({ facts }) => facts?.hostname ?? null,
  hypervisor_type: () => 'QEMU',
  hypervisor_version: ({ facts }) => (facts === null ? null : versionNumber(facts.hypervisorVersion)),
  virt_type: ({ facts }) => facts?.virtType ?? null,
  'cpu_info:arch': ({ facts }) => facts?.arch ?? null,
  'cpu_info:model': ({ facts }) => facts?.cpuModel ?? null,
  vcpus_total: ({ host }) => host.vcpus.total,
  vcpus_used: ({ host }) => host.vcpus.used,
  cpu_allocation_ratio: ({ host }) => host.vcpus.ratio,
  total_usable_ram_mb: ({ host }) => host.ram.total,
  free_ram_mb: ({ host }) => host.ram.total - host.ram.reserved - host.ram.used,
  ram_allocation_ratio: ({ host }) => host.ram.ratio,
  total_usable_disk_gb: ({ host }) => host.disk.total,
  free_disk_mb: ({ host }) => (host.disk.total - host.disk.reserved - host.disk.used) * 1024,
  disk_mb_used: ({ host }) => host.disk.used * 1024,
  disk_allocation_ratio: ({ host }) => host.disk.ratio,
  num_instances: ({ instances }) => instances.size,
  num_io_ops: ({ ioOps }) => ioOps,
  failed_builds: ({ buildFailures }) => buildFailures,
};

export const CAPABILITY_NAMES: readonly string[] = Object.keys(CAPABILITIES);

export function isCapability(name: string): boolean {
  return Object.hasOwn(CAPABILITIES, name);
}

/** @returns null for what is no capability, and for one that the host does not tell */
export function capabilityOf(state: HostState, name: string): Value {
  return isCapability(name) ? (CAPABILITIES[name]?.(state) ?? null) : null;
}
