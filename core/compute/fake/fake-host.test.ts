import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ExpectedError } from '../../domain/errors.ts';
import type { ComputeDriver, DriverEvent, GuestSpec } from '../driver.ts';
import { PLAIN } from '../test-kit.ts';
import { createFakeDriver } from './fake-driver.ts';
import { FakeHost } from './fake-host.ts';

let host: FakeHost;
let driver: ComputeDriver;
let guest: GuestSpec;
const { signal } = new AbortController();
const options = { signal };
const transfer = { signal, onProgress: () => undefined };

beforeEach(() => {
  host = new FakeHost();
  driver = createFakeDriver(host);
  const id = randomUUID();
  guest = {
    ...PLAIN,
    id,
    name: 'web',
    hostname: 'web',
    domainName: 'micronova-1',
    flavor: {
      id: '1',
      name: 'm1.tiny',
      vcpus: 1,
      ram: 512,
      disk: 1,
      ephemeral: 1,
      swap: 0,
      isPublic: true,
      description: null,
      extraSpecs: {},
    },
    image: {
      id: randomUUID(),
      name: 'tiny',
      diskFormat: 'qcow2',
      size: 1000,
      virtualSize: 2000,
      sha256: 'ab',
      properties: {},
      file: '/nowhere',
    },
    keyName: null,
    publicKey: null,
    userData: null,
    metadata: {},
    mac: 'fa:16:3e:00:00:01',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
});

async function build(): Promise<void> {
  await driver.uploadImage(guest.image, transfer);
  await driver.createRootDisk(guest, options);
  await driver.createExtraDisks(guest, options);
  const addresses = await driver.reserveAddress(guest, options);
  await driver.writeConfigDrive(guest, addresses, options);
  await driver.define(guest, options);
  await driver.start(guest.id, options);
}

describe('the fake host', () => {
  it('may be asked for every step twice', async () => {
    await build();
    await build();
    expect(host.domains.size).toBe(1);
    expect(host.domain(guest.id).boots).toBe(1);
    for (let time = 0; time < 2; time += 1) {
      await driver.destroy(guest.id, options);
      await driver.undefine(guest.id, options);
      await driver.removeDisks(guest.id, options);
      await driver.releaseAddress(guest.id, guest.mac, options);
    }
    expect(host.leftovers()).toEqual([]);
  });

  it('keeps what is on it when the driver goes and comes again', async () => {
    await build();
    await driver.close();
    await expect(driver.listGuests(options)).rejects.toMatchObject({ code: 'transport.closed' });
    expect(await driver.closed).toBeNull();
    driver = createFakeDriver(host);
    expect(await driver.listGuests(options)).toMatchObject([
      { uuid: guest.id, powerState: 'RUNNING', owner: { controlId: PLAIN.control.id } },
    ]);
    expect(await driver.hasImage(guest.image, options)).toBe(true);
  });

  it('holds steps to their order', async () => {
    await expect(driver.createRootDisk(guest, options)).rejects.toMatchObject({ code: 'libvirt.error' });
    await expect(driver.define(guest, options)).rejects.toMatchObject({ code: 'libvirt.error' });
    await expect(driver.start(guest.id, options)).rejects.toMatchObject({ code: 'libvirt.not_found' });
    await build();
    await expect(driver.undefine(guest.id, options)).rejects.toMatchObject({ code: 'libvirt.error' });
    await expect(driver.removeImage(guest.image.id, options)).rejects.toMatchObject({ code: 'host.in_use' });
  });

  it('tells what happens to guests, whoever did it', async () => {
    const seen: string[] = [];
    driver.onEvent((event: DriverEvent) => seen.push(event.type === 'lifecycle' ? event.what : event.type));
    await build();
    host.halt(guest.id);
    await driver.start(guest.id, options);
    await driver.softReboot(guest.id, 1, options);
    await driver.destroy(guest.id, options);
    await driver.undefine(guest.id, options);
    expect(seen).toEqual(['defined', 'started', 'stopped', 'started', 'rebooted', 'stopped', 'undefined']);
  });

  it('never shows a cut upload as complete', async () => {
    const hang = host.faults.hang('uploadImage');
    const upload = driver.uploadImage(guest.image, transfer);
    await hang.reached;
    host.cutLink();
    await expect(upload).rejects.toMatchObject({ code: 'transport.closed' });
    driver = createFakeDriver(host);
    expect(await driver.hasImage(guest.image, options)).toBe(false);
    expect(host.leftovers()).toHaveLength(1);
    await driver.uploadImage(guest.image, transfer);
    expect(await driver.hasImage(guest.image, options)).toBe(true);
  });

  it('fails as often as it is told, and ends a hang when the caller has enough', async () => {
    host.faults.fail('facts', new ExpectedError('libvirt.error', 'no'), { times: 2 });
    await expect(driver.facts(options)).rejects.toThrow('no');
    await expect(driver.facts(options)).rejects.toThrow('no');
    expect(await driver.facts(options)).toMatchObject({ vcpus: 4 });
    const hang = host.faults.hang('facts');
    const controller = new AbortController();
    const asked = driver.facts({ signal: controller.signal });
    await hang.reached;
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('has a serial console that says everything again, until the link is cut', async () => {
    await build();
    const serial = await driver.openSerial(guest.id, options);
    serial.write('hello');
    const heard: string[] = [];
    for await (const chunk of serial.iterator({ destroyOnReturn: false })) {
      heard.push(String(chunk));
      if (heard.join('').endsWith('hello')) break;
    }
    expect(heard.join('')).toBe('login: hello');
    host.cutLink();
    expect(serial.destroyed).toBe(true);
  });

  it('has a display that begins as a VNC server does, and a log', async () => {
    await build();
    const { stream } = await driver.openDisplay(guest.id, options);
    expect(String(stream.read())).toBe('RFB 003.008\n');
    const log = await driver.consoleLog(guest.id, 5, options);
    expect([Buffer.from(log.bytes).toString(), log.length]).toEqual(['1\n', 7]);
    host.halt(guest.id);
    await expect(driver.openDisplay(guest.id, options)).rejects.toMatchObject({
      code: 'instance.no_console',
    });
  });
});
