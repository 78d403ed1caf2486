import { describe, expect, it } from 'vitest';
import { readXml } from '../mapper.ts';
import { domain } from './domain.ts';
import { firstDiskBus, withoutRescueDisk, withRescueDisk } from './rescue.ts';

const FILE = '/pool/micronova-1-rescue.qcow2';
const DISK = { type: 'file', device: 'disk', driver: 'qemu', format: 'qcow2', file: FILE, bus: 'virtio' };

const LAUNCHED = `<domain type="qemu" xmlns:x="urn:x"><name>web</name><metadata><x:note>keep &amp; me</x:note></metadata>
<os><type arch="x86_64" machine="pc-i440fx-7.2">hvm</type><boot dev="hd"/><boot dev="network"/></os>
<devices><disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/pool/root.qcow2"/><target dev="vda" bus="virtio"/><address type="pci" slot="0x04"/></disk>
<disk type="file" device="cdrom"><source file="/pool/config.iso"/><target dev="hda" bus="ide"/></disk>
<disk type="file" device="disk"><source file="/pool/swap.raw"/><target dev="vdb" bus="virtio"/></disk></devices></domain>`;

const ORDERED = `<domain type="qemu"><name>adopted</name><os><type>hvm</type></os>
<devices><disk type="file" device="disk"><source file="/else/a.qcow2"/><target dev="sda" bus="sata"/><boot order="2"/></disk>
<interface type="network"><source network="default"/><boot order="1"/></interface></devices></domain>`;

/** Without the white space between elements, and what is empty. */
const bare = (xml: string): string =>
  xml.replaceAll(/>\s+</g, '><').replaceAll('<metadata/>', '').replaceAll('"', "'");

describe('a domain with a rescue disk', () => {
  it('boots it first, and has its own disks where they were', () => {
    const xml = withRescueDisk(LAUNCHED, DISK, 'vd');
    const { disks, os } = readXml(domain, xml);
    expect(os?.boot).toEqual([]);
    expect(disks?.map(({ file, target, bootOrder }) => [file, target, bootOrder])).toEqual([
      ['/pool/root.qcow2', 'vda', undefined],
      ['/pool/config.iso', 'hda', undefined],
      ['/pool/swap.raw', 'vdb', undefined],
      [FILE, 'vdc', 1],
    ]);
    expect(xml).toContain('<address type="pci" slot="0x04"/>');
    expect(xml).toContain('keep &amp; me');
  });

  it('moves orders that are there by one', () => {
    const xml = withRescueDisk(ORDERED, { ...DISK, bus: 'sata' }, 'sd');
    expect(readXml(domain, xml).disks?.map(({ target, bootOrder }) => [target, bootOrder])).toEqual([
      ['sda', 3],
      ['sdb', 1],
    ]);
    expect(xml).toContain('<boot order="2"/></interface>');
  });

  it.each([
    ['with boot devices', LAUNCHED],
    ['with boot orders', ORDERED],
  ])('%s becomes what it was', (_what, xml) => {
    expect(bare(withoutRescueDisk(withRescueDisk(xml, DISK, 'vd'), FILE))).toBe(bare(xml));
  });

  it('is made once, and unmade once', () => {
    const once = withRescueDisk(LAUNCHED, DISK, 'vd');
    expect(withRescueDisk(once, DISK, 'vd')).toBe(once);
    expect(withoutRescueDisk(LAUNCHED, FILE)).toBe(LAUNCHED);
  });

  it('knows the bus that the guest boots from', () => {
    expect(firstDiskBus(LAUNCHED)).toBe('virtio');
    expect(firstDiskBus(ORDERED)).toBe('sata');
    expect(firstDiskBus('<domain/>')).toBeUndefined();
  });
});
