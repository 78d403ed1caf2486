import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ComputeDriver, DriverEvent } from '../../core/compute/driver.ts';
import { generateMac } from '../../core/network/mac.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { DriverWorld, guestSpec, never } from './driver-world.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(2);
const IMAGE = {
  id: '00000000-0000-4000-8000-000000000000',
  name: 'none',
  diskFormat: 'raw' as const,
  size: 512,
  virtualSize: 512,
  sha256: '0'.repeat(64),
  properties: {},
  file: '/nowhere',
};

let world: DriverWorld;
let driver: ComputeDriver;

beforeAll(async () => {
  world = await DriverWorld.create(lab.key);
  driver = await world.connect(host);
  await driver.prepareHost(never);
});
afterAll(() => world.end());

describe('a host', () => {
  it('tells what it has', async () => {
    const facts = await driver.facts(never);
    expect(facts.hostname).toBe(host.name);
    expect(facts.vcpus).toBe(Number(await host.sh('nproc')));
    const kibibytes = Number(/total\s*:\s*(\d+)/.exec(await host.virsh('nodememstats'))?.[1]);
    expect(facts.ram).toBe(Math.floor(kibibytes / 1024));
    expect(facts.libvirtVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await host.virsh('version')).toContain(`QEMU ${facts.hypervisorVersion}`);
    expect(facts.disk).toBeGreaterThan(0);
    expect(facts.supports.machines).toContain('pc');
    expect(facts.supports.diskBuses).toContain('virtio');
    expect(facts.supports.firmware).toContain('bios');
  });

  it('is believed about KVM only when its CPU shows it', async () => {
    const shows = /name='(vmx|svm)'/.test(await host.virsh('capabilities'));
    const facts = await driver.facts(never);
    expect(facts.virtType).toBe(shows ? 'kvm' : 'qemu');
    expect(facts.virtReason === null).toBe(shows);
    const emulated = await world.connect(host, 'root', { virtMode: 'emulation' });
    expect(await emulated.facts(never)).toMatchObject({
      virtType: 'qemu',
      virtReason: 'Emulation was chosen for this host',
    });
  });

  it('tells by their standard names what it can do, and nothing that it cannot', async () => {
    const { traits, virtType } = await driver.facts(never);
    const offers = await host.virsh('domcapabilities', '--virttype', virtType);
    const buses = /<disk .*?<enum name='bus'>(.*?)<\/enum>/s.exec(offers)?.[1] ?? '';
    const named = (prefix: string) => traits.filter((trait) => trait.startsWith(prefix));
    expect(named('COMPUTE_STORAGE_BUS_')).toEqual(
      ['fdc', 'ide', 'sata', 'scsi', 'usb', 'virtio']
        .filter((bus) => buses.includes(`<value>${bus}</value>`))
        .map((bus) => `COMPUTE_STORAGE_BUS_${bus.toUpperCase()}`),
    );
    const arch = (await host.sh('uname -m')).trim().toUpperCase();
    expect(named('HW_ARCH_')).toEqual([`HW_ARCH_${arch}`]);
    // The CPU that guests get: the host's own with KVM, and the emulated model without.
    const emulated = "echo '<cpu><arch>x86_64</arch><model>qemu64</model></cpu>' > /run/cpu.xml";
    const map = await host.sh(`${emulated}; virsh cpu-baseline --features /run/cpu.xml`);
    const flags =
      virtType === 'kvm'
        ? (await host.sh('grep -m1 ^flags /proc/cpuinfo')).split(/\s/)
        : [...map.matchAll(/name='([^']+)'/g)].map(([, flag]) => flag);
    for (const flag of ['sse2', 'sse4a', 'avx2', 'avx512f', 'svm', 'vmx']) {
      expect([flag, traits.includes(`HW_CPU_X86_${flag.toUpperCase()}`)]).toEqual([
        flag,
        flags.includes(flag),
      ]);
    }
  });

  it('gets a pool and a network when it has none', async () => {
    const kept = await host.virsh('net-dumpxml', 'default', '--inactive');
    await host.virsh('net-destroy', 'default');
    await host.virsh('net-undefine', 'default');
    await host.virsh('pool-destroy', 'default');
    await host.virsh('pool-undefine', 'default');
    // 192.168.122.0/24 is somebody else's here
    await host.sh(
      'ip link add taken type bridge; ip address add 192.168.122.9/24 dev taken; ip link set taken up',
    );
    const fresh = await world.connect(host);
    await expect(fresh.hasImage(IMAGE, never)).rejects.toMatchObject({ code: 'host.pool_missing' });
    await fresh.prepareHost(never);
    expect(await host.virsh('net-dumpxml', 'default')).toContain("address='192.168.123.1'");
    expect(await host.virsh('pool-list', '--name', '--autostart')).toContain('default');
    await host.sh('ip link del taken');
    await host.virsh('net-destroy', 'default');
    await host.virsh('net-undefine', 'default');
    await host.writeFile('/run/default.xml', kept);
    await host.virsh('net-define', '/run/default.xml');
    // defined, but not running: that is mended, too
    await fresh.prepareHost(never);
    expect(await host.virsh('net-list', '--name')).toContain('default');
  });

  it('has no pool or network of another name made', async () => {
    const wrongPool = await world.connect(host, 'root', { pool: 'nope' });
    await expect(wrongPool.prepareHost(never)).rejects.toMatchObject({
      code: 'host.pool_missing',
      remedy: expect.stringContaining('default') as unknown,
    });
    const wrongNetwork = await world.connect(host, 'root', { network: 'nope' });
    await expect(wrongNetwork.prepareHost(never)).rejects.toMatchObject({ code: 'host.network_missing' });
  });
});

describe('addresses', () => {
  it('are each given once, to the same card again, and taken back', async () => {
    const before = await host.inventory();
    const guests = Array.from({ length: 6 }, () => guestSpec(IMAGE, { mac: generateMac() }));
    const other = await world.connect(host);
    const given = await Promise.all(
      guests.map((guest, i) => (i % 2 ? driver : other).reserveAddress(guest, never)),
    );
    expect(new Set(given.map(([address]) => address?.address)).size).toBe(guests.length);
    const again = await Promise.all(guests.map((guest) => driver.reserveAddress(guest, never)));
    expect(again).toEqual(given);
    for (const guest of guests) await driver.releaseAddress(guest.id, guest.mac, never);
    for (const guest of guests) await driver.releaseAddress(guest.id, guest.mac, never);
    expect(await host.inventory()).toEqual(before);
  });
});

describe('guests that others made', () => {
  it('are listed as not ours, and what happens to them is heard', async () => {
    const events: DriverEvent[] = [];
    const ears = driver.onEvent((event) => events.push(event));
    const heard = (what: string) =>
      until(
        what,
        () =>
          events.some((e) => e.type === 'lifecycle' && e.domainName === 'foreign' && e.what === what) ||
          undefined,
      );
    const xml = `<domain type='qemu'><name>foreign</name><memory unit='MiB'>16</memory><vcpu>2</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;
    await host.writeFile('/run/foreign.xml', xml);
    await host.virsh('define', '/run/foreign.xml');
    await heard('defined');
    const foreign = async () => (await driver.listGuests(never)).find((g) => g.domainName === 'foreign');
    expect(await foreign()).toMatchObject({
      owner: null,
      transient: false,
      powerState: 'SHUTDOWN',
      vcpus: 2,
      ram: 16,
    });
    await host.virsh('start', 'foreign', '--paused');
    await heard('started');
    expect(await foreign()).toMatchObject({ powerState: 'PAUSED' });
    await host.virsh('destroy', 'foreign');
    await heard('stopped');
    await host.virsh('undefine', 'foreign');
    await heard('undefined');
    expect(await foreign()).toBeUndefined();
    ears[Symbol.dispose]();
  });
});

describe('a host that goes away', () => {
  it('ends its driver with the reason', async () => {
    const doomed = await world.connect(host);
    await host.restartLibvirtd();
    await expect(doomed.closed).resolves.toMatchObject({ code: 'transport.closed' });
    await expect(doomed.listGuests(never)).rejects.toMatchObject({ code: 'transport.closed' });
    driver = await world.connect(host);
    await expect(driver.listGuests(never)).resolves.toEqual([]);
  });
});
