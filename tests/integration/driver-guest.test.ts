import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ComputeDriver, DriverEvent, GuestSpec } from '../../core/compute/driver.ts';
import type { Account } from '../lab/accounts.ts';
import type { Inventory } from '../lab/inventory.ts';
import { Lab } from '../lab/lab.ts';
import { takesPassword } from '../lab/rfb.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { build, DriverWorld, guestSpec, Heard, imageSource, never, takeDown } from './driver-world.ts';

const lab = Lab.attach(inject('lab'));

describe.each<[Account, number]>([
  ['root', 1],
  ['stream', 2],
])('a real guest, through account %s', (account, hostNumber) => {
  const host = lab.host(hostNumber);
  let world: DriverWorld;
  let driver: ComputeDriver;
  let guest: GuestSpec;
  let before: Inventory;
  const seen: DriverEvent[] = [];

  beforeAll(async () => {
    world = await DriverWorld.create(lab.key);
    driver = await world.connect(host, account);
    await driver.prepareHost(never);
    before = await host.inventory();
    driver.onEvent((event) => seen.push(event));
    const publicKey = (await readFile(`${lab.key}.pub`, 'utf8')).trim();
    guest = guestSpec(await imageSource(TINY_IMAGE), { keyName: 'me', publicKey });
    guest = { ...guest, flavor: { ...guest.flavor, ephemeral: 1, swap: 64 } };
    await build(driver, guest);
  });

  afterAll(async () => {
    await takeDown(driver, guest);
    await driver.removeImage(guest.image.id, never);
    await world.end();
  });

  it('reaches its login prompt on the serial console, and takes typing', async () => {
    const serial = await driver.openSerial(guest.id, never);
    const heard = new Heard(serial);
    serial.write('\r');
    await heard.says(new RegExp(`${guest.hostname} login:`));
    serial.write('root\r');
    await heard.says(/# /);
    serial.write('echo answer-$((40+2))\r');
    expect(await heard.says(/answer-\d/)).toContain('answer-42');
    serial.destroy();
  });

  it('has the address that was reserved for it, and lets its key in', async () => {
    const [address] = await driver.reserveAddress(guest, never);
    expect(address).toMatchObject({ network: 'default', mac: guest.mac, version: 4 });
    const ask = 'hostname; dd if=/dev/vdc bs=1 skip=4086 count=10 2>/dev/null';
    const answer = await host.guestSsh(address?.address ?? '', lab.key, ask);
    expect(answer).toBe(`${guest.hostname}\nSWAPSPACE2`);
  });

  if (account === 'root') {
    it('shows its screen over a socket that only root may enter', async () => {
      const display = await driver.openDisplay(guest.id, never);
      expect(display.password).toBeNull();
      const [hello]: unknown[] = await once(display.stream, 'data');
      expect(String(hello)).toMatch(/^RFB 003\.00/);
      display.stream.destroy();
    });
  } else {
    it('shows its screen behind a password, a new one for each session', async () => {
      const first = await driver.openDisplay(guest.id, never);
      await expect(takesPassword(first.stream, first.password ?? '')).resolves.toBe(true);
      const second = await driver.openDisplay(guest.id, never);
      expect(second.password).not.toBe(first.password);
      await expect(takesPassword(second.stream, first.password ?? '')).resolves.toBe(false);
    });
  }

  it('keeps a log of its console, readable piece by piece', async () => {
    const log = await driver.consoleLog(guest.id, 0, never);
    expect(Buffer.from(log.bytes).toString()).toContain(`${guest.hostname} login:`);
    expect(log.bytes.length).toBe(log.length);
    const end = await driver.consoleLog(guest.id, log.length - 5, never);
    expect(Buffer.from(end.bytes).subarray(0, 5)).toEqual(Buffer.from(log.bytes).subarray(-5));
    // The file was begun anew: an offset beyond its end starts over.
    expect((await driver.consoleLog(guest.id, log.length + 1_000_000, never)).bytes.length).toBeGreaterThan(
      0,
    );
  });

  it('is listed as ours, with what it has', async () => {
    const mine = (await driver.listGuests(never)).find((found) => found.uuid === guest.id);
    expect(mine).toEqual({
      uuid: guest.id,
      domainName: guest.domainName,
      powerState: 'RUNNING',
      saved: false,
      owner: {
        controlId: guest.control.id,
        controlName: 'me@desk',
        generation: 1,
        instanceName: guest.name,
        flavorName: 'm1.nano',
        vcpus: 1,
        ram: 128,
        // root, ephemeral, and swap in whole GiB
        disk: 3,
      },
      badMark: null,
      transient: false,
      vcpus: 1,
      ram: 128,
    });
    expect(await driver.domainXml(guest.id, never)).not.toContain('passwd=');
  });

  it('may have every step asked again', async () => {
    await build(driver, guest);
    const mine = (await driver.listGuests(never)).find((found) => found.uuid === guest.id);
    expect(mine?.powerState).toBe('RUNNING');
  });

  it('reboots when asked, stops when asked, and starts again', async () => {
    await driver.softReboot(guest.id, 60_000, never);
    const serial = await driver.openSerial(guest.id, never);
    await new Heard(serial).says(/login:/);
    serial.destroy();
    await driver.stop(guest.id, 60_000, never);
    const states = async () => (await driver.listGuests(never)).find((g) => g.uuid === guest.id)?.powerState;
    expect(await states()).toBe('SHUTDOWN');
    await expect(driver.openSerial(guest.id, never)).rejects.toMatchObject({ code: 'instance.no_console' });
    await expect(driver.openDisplay(guest.id, never)).rejects.toMatchObject({ code: 'instance.no_console' });
    await expect(driver.removeImage(guest.image.id, never)).rejects.toMatchObject({ code: 'host.in_use' });
    expect(await driver.hasImage(guest.image, never)).toBe(true);
    await driver.hardReboot(guest.id, never);
    expect(await states()).toBe('RUNNING');
    const kinds = seen.flatMap((e) => (e.type === 'lifecycle' && e.uuid === guest.id ? [e.what] : []));
    expect(new Set(kinds)).toEqual(new Set(['defined', 'started', 'resumed', 'rebooted', 'stopped']));
  });

  it('goes without a trace', async () => {
    await takeDown(driver, guest);
    await driver.removeImage(guest.image.id, never);
    // and once more, as after a crash
    await takeDown(driver, guest);
    await driver.removeImage(guest.image.id, never);
    expect(await host.inventory()).toEqual(before);
  });
});
