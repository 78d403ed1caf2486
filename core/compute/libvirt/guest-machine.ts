import type { Domain } from '../../libvirt/xml/domain/domain.ts';
import type { GuestSpec } from '../driver.ts';
import { boolSpec, choiceSpec, wholeSpec } from './extra-specs.ts';
import { isX86, type GuestHost, type Machine } from './guest-host.ts';

const CDROM_BUSES = ['ide', 'sata', 'scsi'] as const;

/** Machine type and what follows from it. nova/virt/libvirt/utils.py get_machine_type, blockinfo.py */
export function machineOf(guest: GuestSpec, host: GuestHost): Machine {
  const { properties } = guest.image;
  const secure = secureBoot(guest);
  const type = properties['hw_machine_type'] ?? (isX86(host.arch) ? (secure ? 'q35' : 'pc') : 'virt');
  const pc = type === 'pc' || type.includes('i440fx');
  const q35 = type.includes('q35');
  const firmware = choiceSpec(properties, 'hw_firmware_type', ['bios', 'uefi']);
  return {
    type,
    firmware: firmware ?? (secure || !isX86(host.arch) ? 'uefi' : 'bios'),
    cdromBus: choiceSpec(properties, 'hw_cdrom_bus', CDROM_BUSES) ?? (pc ? 'ide' : q35 ? 'sata' : 'scsi'),
  };
}

function secureBoot(guest: GuestSpec): boolean {
  const wanted = ['optional', 'required', 'disabled'] as const;
  const spec = choiceSpec(guest.flavor.extraSpecs, 'os:secure_boot', wanted);
  return (spec ?? choiceSpec(guest.image.properties, 'os_secure_boot', wanted)) === 'required';
}

export function osOf(guest: GuestSpec, host: GuestHost, machine: Machine): Domain['os'] {
  const menu = boolSpec(guest.flavor.extraSpecs, 'hw:boot_menu');
  return {
    firmware: machine.firmware === 'uefi' ? 'efi' : undefined,
    type: 'hvm',
    arch: host.arch,
    machine: machine.type,
    secureLoader: secureBoot(guest) || undefined,
    boot: [{ device: 'hd' }],
    bootMenu: menu === undefined ? undefined : { enabled: menu },
  };
}

export function featuresOf(guest: GuestSpec, host: GuestHost): Domain['features'] {
  return {
    acpi: isX86(host.arch),
    apic: isX86(host.arch),
    kvmHidden: boolSpec(guest.flavor.extraSpecs, 'hw:hide_hypervisor_id') ? 'on' : undefined,
    smm: secureBoot(guest) ? 'on' : undefined,
  };
}

export const EMULATED_MODEL = 'qemu64';

/** Under emulation the plainest model: richer ones only name instructions that are slow to emulate. */
export function cpuOf(guest: GuestSpec, host: GuestHost): Domain['cpu'] {
  const topology = topologyOf(guest);
  if (host.virtType === 'kvm') {
    return { mode: isX86(host.arch) ? 'host-model' : 'host-passthrough', topology };
  }
  if (!isX86(host.arch)) return { mode: 'maximum', topology };
  return {
    mode: 'custom',
    match: 'exact',
    check: 'none',
    model: EMULATED_MODEL,
    modelFallback: 'forbid',
    topology,
  };
}

/** nova/virt/hardware.py: what is given must divide the virtual CPUs, the rest becomes sockets */
function topologyOf(guest: GuestSpec) {
  const specs = guest.flavor.extraSpecs;
  const sockets = wholeSpec(specs, 'hw:cpu_sockets');
  const cores = wholeSpec(specs, 'hw:cpu_cores');
  const threads = wholeSpec(specs, 'hw:cpu_threads');
  if (!sockets && !cores && !threads) return undefined;
  const { vcpus } = guest.flavor;
  const t = threads ?? 1;
  const c = cores ?? (sockets ? Math.floor(vcpus / (sockets * t)) : 1);
  const s = sockets ?? Math.floor(vcpus / (c * t));
  return s * c * t === vcpus ? { sockets: s, cores: c, threads: t } : undefined;
}

export function clockOf(guest: GuestSpec, host: GuestHost): Domain['clock'] {
  const offset = guest.image.properties['os_type'] === 'windows' ? 'localtime' : 'utc';
  if (!isX86(host.arch)) return { offset };
  return {
    offset,
    timers: [
      { name: 'rtc', tickPolicy: 'catchup' },
      { name: 'pit', tickPolicy: 'delay' },
      { name: 'hpet', present: false },
    ],
  };
}

const PAGE_SIZES: Readonly<Record<string, number>> = { '2MB': 2048, '1GB': 1_048_576 };

/** nova/virt/hardware.py get_pages_topology: `large` leaves the size to the host */
export function hugePagesOf(guest: GuestSpec): Domain['hugePages'] {
  const spec = guest.flavor.extraSpecs['hw:mem_page_size'];
  if (spec === undefined || spec === 'small' || spec === 'any' || spec === '4') return undefined;
  if (spec === 'large') return {};
  const size = PAGE_SIZES[spec] ?? wholeSpec({ 'hw:mem_page_size': spec }, 'hw:mem_page_size');
  return { pages: [{ size, unit: 'KiB' }] };
}
