import { matches } from '../extra-spec-operators.ts';
import type { Filter } from '../filter.ts';
import type { HostState } from '../host-state.ts';
import type { SchedulingRequest } from '../request.ts';

const SCOPE = 'capabilities:';

/** The names by which a flavor may ask. Source: the attributes of `HostState` in nova/scheduler/host_manager.py */
function capabilitiesOf({ host, facts }: HostState): Readonly<Record<string, string | number | null>> {
  return {
    host: host.name,
    hypervisor_hostname: facts?.hostname ?? null,
    hypervisor_type: 'QEMU',
    hypervisor_version: facts?.hypervisorVersion ?? null,
    virt_type: facts?.virtType ?? null,
    'cpu_info:arch': facts?.arch ?? null,
    'cpu_info:model': facts?.cpuModel ?? null,
    vcpus_total: host.vcpus.total,
    total_usable_ram_mb: host.ram.total,
    free_ram_mb: host.ram.total - host.ram.reserved - host.ram.used,
    total_usable_disk_gb: host.disk.total,
  };
}

/**
 * Extra specs `capabilities:NAME` must hold. A name without a scope counts only where it is one of ours: other keys
 * have no effect. Source: nova/scheduler/filters/compute_capabilities_filter.py
 */
export const computeCapabilities: Filter = {
  name: 'ComputeCapabilities',
  refuse(state: HostState, { flavor }: SchedulingRequest): string | null {
    const capabilities = capabilitiesOf(state);
    for (const [key, wanted] of Object.entries(flavor.extraSpecs)) {
      const name = key.startsWith(SCOPE) ? key.slice(SCOPE.length) : key;
      if (name === key && !Object.hasOwn(capabilities, name)) continue;
      const value = Object.hasOwn(capabilities, name) ? (capabilities[name] ?? null) : null;
      if (value === null) return `the flavor asks for ${name} ${wanted}, which the host does not tell`;
      if (!matches(String(value), wanted))
        return `the flavor asks for ${name} ${wanted}, the host has ${value}`;
    }
    return null;
  },
};
