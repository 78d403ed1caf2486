import { describe, expect, it } from 'vitest';
import { domain } from '../../libvirt/xml/domain/domain.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import type { GuestSpec } from '../driver.ts';
import { PLAIN } from '../test-kit.ts';
import type { GuestHost } from './guest-host.ts';
import { guestXml } from './guest-xml.ts';

const HOST: GuestHost = {
  virtType: 'qemu',
  arch: 'x86_64',
  poolPath: '/pool',
  network: 'default',
  display: { kind: 'socket' },
};

const GUEST: GuestSpec = {
  ...PLAIN,
  id: '11111111-2222-4333-8444-555555555555',
  name: 'web',
  hostname: 'web',
  domainName: 'instance-1',
  flavor: {
    id: '1',
    name: 'm1.tiny',
    vcpus: 4,
    ram: 512,
    disk: 1,
    ephemeral: 0,
    swap: 0,
    isPublic: true,
    description: null,
    extraSpecs: {},
  },
  image: {
    id: 'i',
    name: 'tiny',
    diskFormat: 'qcow2',
    size: 1,
    virtualSize: 1,
    sha256: 'ab',
    properties: {},
    file: '/x',
  },
  keyName: null,
  publicKey: null,
  userData: null,
  metadata: {},
  mac: '52:54:00:00:00:01',
  createdAt: '2026-01-01T00:00:00.000Z',
};

interface Change {
  readonly flavor?: Partial<GuestSpec['flavor']>;
  readonly specs?: Record<string, string>;
  readonly properties?: Record<string, string>;
  readonly host?: Partial<GuestHost>;
}

function build({ flavor, specs = {}, properties = {}, host }: Change = {}) {
  const guest = {
    ...GUEST,
    flavor: { ...GUEST.flavor, ...flavor, extraSpecs: specs },
    image: { ...GUEST.image, properties },
  };
  return readXml(domain, guestXml(guest, { ...HOST, ...host }));
}

describe('a guest’s domain', () => {
  it('is emulated plainly where KVM is not proven', () => {
    const built = build();
    expect(built).toMatchObject({
      type: 'qemu',
      uuid: GUEST.id,
      vcpus: 4,
      memory: 512,
      memoryUnit: 'MiB',
      cpu: { mode: 'custom', model: 'qemu64' },
      os: { machine: 'pc' },
      inputs: [],
    });
    expect(built.os?.firmware).toBeUndefined();
  });

  it('gets the host’s CPU and a tablet with KVM', () => {
    expect(build({ host: { virtType: 'kvm' } })).toMatchObject({
      type: 'kvm',
      cpu: { mode: 'host-model' },
      inputs: [{ type: 'tablet', bus: 'usb' }],
    });
  });

  it('has its disks in Nova’s order, each with its format pinned, and the config drive last', () => {
    const { disks } = build({ flavor: { ephemeral: 2, swap: 64 } });
    const brief = disks?.map(({ file, target, format }) => [file?.slice(53), target, format]);
    expect(brief).toEqual([
      ['root.qcow2', 'vda', 'qcow2'],
      ['ephemeral.qcow2', 'vdb', 'qcow2'],
      ['swap.raw', 'vdc', 'raw'],
      ['config.iso', 'hda', 'raw'],
    ]);
    expect(disks?.at(-1)?.readonly).toBe(true);
  });

  it('names the config drive after the disks where they share a bus', () => {
    const { disks } = build({ properties: { hw_disk_bus: 'sata', hw_machine_type: 'q35' } });
    expect(disks?.map((disk) => disk.target)).toEqual(['sda', 'sdb']);
    expect(disks?.map((disk) => disk.bus)).toEqual(['sata', 'sata']);
  });

  it('keeps the serial port’s output in the pool, and gives VNC a guard', () => {
    expect(build().serials?.[0]).toMatchObject({
      logFile: `/pool/micronova-${GUEST.id}-console.log`,
      logAppend: 'on',
    });
    expect(build().graphics?.[0]?.listen?.type).toBe('socket');
    const tcp = build({ host: { display: { kind: 'tcp', password: 'secret12' } } }).graphics?.[0];
    expect(tcp).toMatchObject({ password: 'secret12', listen: { type: 'address', address: '127.0.0.1' } });
  });

  it('uses QEMU’s own network where the account may not make one', () => {
    const card = build({ host: { network: null } }).interfaces?.[0];
    expect(card).toMatchObject({ type: 'user', mac: GUEST.mac });
    expect(card?.network).toBeUndefined();
  });

  it('carries what a lost database is rebuilt from', () => {
    const { metadata } = build({ specs: { 'quota:cpu_shares': '7' }, properties: { os_distro: 'debian' } });
    expect(metadata).toMatchObject({
      id: GUEST.id,
      owner: 'me',
      flavor: { vcpus: 4, ram: 512, extraSpecs: [{ key: 'quota:cpu_shares', value: '7' }] },
      image: { sha256: 'ab', properties: [{ key: 'os_distro', value: 'debian' }] },
    });
  });
});

describe('extra specs and image properties', () => {
  it('become limits', () => {
    const built = build({
      specs: {
        'quota:cpu_shares': '512',
        'quota:cpu_period': '1000',
        'quota:disk_read_bytes_sec': '4096',
        'quota:vif_outbound_average': '99',
      },
    });
    expect(built.cputune).toMatchObject({ shares: 512, period: 1000 });
    expect(built.disks?.[0]?.iotune?.readBytes).toBe(4096);
    expect(built.interfaces?.[0]?.bandwidth?.outbound?.average).toBe(99);
  });

  it.each<[Record<string, string>, object]>([
    [{ 'hw:cpu_cores': '2' }, { sockets: 2, cores: 2, threads: 1 }],
    [{ 'hw:cpu_sockets': '1' }, { sockets: 1, cores: 4, threads: 1 }],
    [{ 'hw:cpu_threads': '2' }, { sockets: 2, cores: 1, threads: 2 }],
  ])('%j become a topology', (specs, topology) => {
    expect(build({ specs }).cpu?.topology).toEqual(topology);
  });

  it('become devices', () => {
    const built = build({
      specs: {
        'hw:watchdog_action': 'reset',
        'hw:serial_port_count': '2',
        'hw:tpm_version': '2.0',
        'hw_rng:allowed': 'false',
        'hw:boot_menu': 'true',
        'hw:hide_hypervisor_id': 'true',
        'hw:mem_page_size': '2MB',
        'hw:vif_multiqueue_enabled': 'true',
      },
      properties: {
        hw_vif_model: 'e1000',
        hw_video_model: 'virtio',
        hw_qemu_guest_agent: 'no',
        hw_pointer_model: 'usbtablet',
      },
    });
    expect(built).toMatchObject({
      watchdogs: [{ action: 'reset' }],
      tpms: [{ version: '2.0', model: 'tpm-tis' }],
      rngs: [],
      channels: [],
      os: { bootMenu: { enabled: true } },
      features: { kvmHidden: 'on' },
      hugePages: { pages: [{ size: 2048, unit: 'KiB' }] },
      interfaces: [{ model: 'e1000', queues: 4 }],
      videos: [{ model: 'virtio' }],
      inputs: [{ type: 'tablet' }],
    });
    expect(built.serials).toHaveLength(2);
  });

  it('choose firmware, with what secure boot needs', () => {
    expect(build({ properties: { hw_firmware_type: 'uefi' } }).os).toMatchObject({
      firmware: 'efi',
      machine: 'pc',
    });
    const secure = build({ specs: { 'os:secure_boot': 'required' } });
    expect(secure).toMatchObject({
      os: { firmware: 'efi', machine: 'q35', secureLoader: true },
      features: { smm: 'on' },
    });
    expect(build({ host: { arch: 'aarch64' } }).os).toMatchObject({ firmware: 'efi', machine: 'virt' });
  });

  it.each<[Change]>([
    [{ specs: { 'quota:cpu_shares': 'many' } }],
    [{ specs: { 'hw_rng:allowed': 'perhaps' } }],
    [{ properties: { hw_disk_bus: 'floppy' } }],
    [{ specs: { 'hw:mem_page_size': 'huge' } }],
  ])('that mean nothing are refused: %j', (change) => {
    expect(() => build(change)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});
