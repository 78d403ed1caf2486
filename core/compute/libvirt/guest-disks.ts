import type { Domain } from '../../libvirt/xml/domain/domain.ts';
import { configDriveVolume, ephemeralVolume, rootVolume, swapVolume } from '../../volume/names.ts';
import type { GuestSpec } from '../driver.ts';
import { choiceSpec, wholeSpecs } from './extra-specs.ts';
import type { GuestHost, Machine } from './guest-host.ts';

export const BUSES = ['virtio', 'scsi', 'sata', 'ide', 'usb'] as const;
export type Bus = (typeof BUSES)[number];

/** How the guest names the disks of a bus. */
export const TARGETS: Readonly<Record<Bus, string>> = {
  virtio: 'vd',
  scsi: 'sd',
  sata: 'sd',
  usb: 'sd',
  ide: 'hd',
};

const IOTUNE = [
  ['totalBytes', 'quota:disk_total_bytes_sec'],
  ['readBytes', 'quota:disk_read_bytes_sec'],
  ['writeBytes', 'quota:disk_write_bytes_sec'],
  ['totalIops', 'quota:disk_total_iops_sec'],
  ['readIops', 'quota:disk_read_iops_sec'],
  ['writeIops', 'quota:disk_write_iops_sec'],
] as const;

export function diskBusOf(guest: GuestSpec): Bus {
  return choiceSpec(guest.image.properties, 'hw_disk_bus', BUSES) ?? 'virtio';
}

function disksWanted(guest: GuestSpec): { file: string; format: 'qcow2' | 'raw' }[] {
  return [
    { file: rootVolume(guest.id), format: 'qcow2' as const },
    ...(guest.flavor.ephemeral > 0 ? [{ file: ephemeralVolume(guest.id), format: 'qcow2' as const }] : []),
    ...(guest.flavor.swap > 0 ? [{ file: swapVolume(guest.id), format: 'raw' as const }] : []),
  ];
}

/** Root, ephemeral and swap disk in Nova's order, then the config drive. nova/virt/libvirt/blockinfo.py */
export function disksOf(guest: GuestSpec, host: GuestHost, machine: Machine): Domain['disks'] {
  const bus = diskBusOf(guest);
  const iotune = wholeSpecs(guest.flavor.extraSpecs, IOTUNE);
  const disks = disksWanted(guest).map(({ file, format }, index) => ({
    type: 'file',
    device: 'disk',
    driver: 'qemu',
    format,
    discard: 'unmap',
    file: `${host.poolPath}/${file}`,
    target: `${TARGETS[bus]}${letter(index)}`,
    bus,
    iotune,
  }));
  const sameNames = TARGETS[bus] === TARGETS[machine.cdromBus];
  const configDrive = {
    type: 'file',
    device: 'cdrom',
    driver: 'qemu',
    format: 'raw',
    file: `${host.poolPath}/${configDriveVolume(guest.id)}`,
    target: `${TARGETS[machine.cdromBus]}${letter(sameNames ? disks.length : 0)}`,
    bus: machine.cdromBus,
    readonly: true,
  };
  return [...disks, configDrive];
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

export function controllersOf(guest: GuestSpec, machine: Machine): Domain['controllers'] {
  if (diskBusOf(guest) !== 'scsi' && machine.cdromBus !== 'scsi') return [];
  return [{ type: 'scsi', index: 0, model: guest.image.properties['hw_scsi_model'] ?? 'virtio-scsi' }];
}
