import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { domain as domainXml } from '../../core/libvirt/xml/domain/domain.ts';
import { readXml } from '../../core/libvirt/xml/mapper.ts';
import type { Account } from '../lab/accounts.ts';
import type { LabHost } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { firstFrame, takesPassword } from '../lab/rfb.ts';
import { until } from '../lab/run.ts';
import { Desk, Traces } from './control-plane.ts';
import { LibvirtWay } from './libvirt-way.ts';

const lab = Lab.attach(inject('lab'));
/** Milliseconds for three guests to boot side by side, by emulation, on a machine that may have more to do. */
const PATIENCE = 240_000;
vi.setConfig({ testTimeout: 300_000 });

const USER_DATA = '#!/bin/sh\necho user-data-ran > /run/proof\n';
const BUILD_STEPS = [
  'schedule',
  'image',
  'root_disk',
  'extra_disks',
  'address',
  'config_drive',
  'define',
  'start',
];

interface Life {
  readonly account: Account;
  readonly host: LabHost;
  readonly desk: Desk;
  /** the generated key's file */
  key: string;
  /** of the instance that is used */
  id: string;
  ip: string;
  /** a password that the display once took, and its port; null where the display asks for none */
  display: { readonly password: string; readonly port: number } | null;
}

const PLACES: readonly (readonly [Account, number])[] = [
  ['root', 1],
  ['operator', 2],
  ['stream', 2],
];

let lives: Life[] = [];
let traces: Traces;

/** The same for all three at once: their guests share the two processors, and the time. */
async function each(work: (life: Life) => Promise<void>): Promise<void> {
  const one = async (life: Life): Promise<void> => {
    try {
      await work(life);
    } catch (error) {
      throw new Error(`as ${life.account}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };
  const results = await Promise.allSettled(lives.map(one));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

beforeAll(async () => {
  traces = await Traces.of(lab.host(1), lab.host(2));
  lives = await Promise.all(
    PLACES.map(async ([account, number]) => ({
      account,
      host: lab.host(number),
      desk: await Desk.create(lab),
      key: '',
      id: '',
      ip: '',
      display: null,
    })),
  );
});

afterAll(async () => {
  for (const { desk } of lives) await desk[Symbol.asyncDispose]();
});

async function boots({ desk, id }: Life): Promise<number> {
  const { text } = await desk.call('instance.consoleLog', { ref: id });
  return text.split('tiny: up after').length - 1;
}

async function hasBooted(life: Life, times: number): Promise<void> {
  const booted = async (): Promise<true | undefined> => ((await boots(life)) >= times ? true : undefined);
  await until(`boot ${times}`, booted, PATIENCE);
}

async function typeInto({ desk, id }: Life): Promise<string> {
  const { stream } = await desk.openConsole(id, 'serial');
  let heard = '';
  stream.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  const says = (what: RegExp): Promise<unknown> =>
    until(`${what.source} on the console`, () => what.exec(heard) ?? undefined, PATIENCE);
  stream.write('\r');
  await says(/login: $/);
  stream.write('root\r');
  await says(/# /);
  stream.write('echo $((6*7))-$(hostname)\r');
  await says(/\n42-\S+\r/);
  stream.write('exit\r');
  stream.destroy();
  return heard;
}

describe('the whole life of an instance, through each account', () => {
  it('begins with a host whose key is asked for, and accepted', async () => {
    await each(async ({ desk, host, account }) => {
      const first = await desk.call('host.add', { name: host.name, address: desk.address(host, account) });
      expect(first.host).toBeNull();
      const fingerprint = await host.fingerprint();
      expect(first.test.unknownHostKey).toMatchObject({ fingerprint });
      const added = await desk.addHost(host, account);
      expect(added).toMatchObject({ connectionError: null, virtType: 'qemu', hostname: host.name });
      expect(added.disk.total).toBeGreaterThan(0);
    });
  });

  it('takes an image, a key pair and a request to two running guests', async () => {
    await each(async (life) => {
      const { desk, host, account } = life;
      const imageId = await desk.addImage('tiny', [host.name]);
      const [{ id: hostId } = { id: '' }] = await desk.call('host.list', {});
      expect((await desk.call('image.show', { ref: imageId })).cachedOn).toEqual([hostId]);
      const { privateKey } = await desk.call('keypair.create', { name: 'me' });
      life.key = await desk.file('id', privateKey ?? '');
      const accepted = await desk.call('instance.create', {
        name: `life ${account}`,
        flavor: 'm1.nano',
        image: 'tiny',
        keyName: 'me',
        count: 2,
        userData: Buffer.from(USER_DATA).toString('base64'),
        metadata: { purpose: `the "life" of <${account}> & co` },
      });
      for (const { taskId } of accepted) await desk.done(taskId);
      const [one, two] = await desk.call('instance.list', {});
      expect(new Set([one?.name, two?.name])).toEqual(new Set([`life ${account}-1`, `life ${account}-2`]));
      expect(one?.addresses[0]?.address).not.toBe(two?.addresses[0]?.address);
      const instance = await desk.call('instance.show', { ref: `life ${account}-1` });
      expect(instance).toMatchObject({ status: 'ACTIVE', powerState: 'RUNNING', hostName: host.name });
      expect(instance.addresses).toMatchObject([{ network: 'default', version: 4 }]);
      life.id = instance.id;
      life.ip = instance.addresses[0]?.address ?? '';
      // The other one has shown what it had to show; its boot would cost the others time.
      await desk.deleteInstance(`life ${account}-2`);
    });
  });

  it('puts every step on record, and the metadata on the host', async () => {
    await each(async ({ desk, id, account }) => {
      const [create] = await desk.call('instance.actions', { ref: id });
      expect(create).toMatchObject({ action: 'create', result: 'success' });
      expect(create?.events.map(({ name, result }) => [name, result])).toEqual(
        BUILD_STEPS.map((name) => [name, 'success']),
      );
      const { xml } = await desk.call('instance.xml', { ref: id });
      const { metadata } = readXml(domainXml, xml);
      expect(metadata?.metadata).toEqual([{ key: 'purpose', value: `the "life" of <${account}> & co` }]);
      expect(xml).not.toContain('passwd');
    });
  });

  it('lets its key in over the network of the host, with name and user data in place', async () => {
    await each(async ({ host, ip, key, account }) => {
      const command = 'until [ -s /run/proof ]; do sleep 1; done; hostname; cat /run/proof';
      const said = await host.guestSsh(ip, key, command, PATIENCE);
      expect(said.split('\n')).toEqual([`life-${account}-1`, 'user-data-ran', '']);
    });
  });

  it('takes a command on its serial console', async () => {
    await each(async (life) => {
      expect(await typeInto(life)).toContain(`42-life-${life.account}-1`);
    });
  });

  it('shows its screen, and asks for a password where the account is not root', async () => {
    await each(async (life) => {
      const { desk, id, account, host } = life;
      const { stream, password } = await desk.openConsole(id, 'vnc');
      const { width, height, pixels } = await firstFrame(stream, password);
      stream.destroy();
      expect(pixels.length).toBe(width * height * 4);
      expect(new Set(new Uint32Array(pixels.buffer, pixels.byteOffset, width * height)).size).toBeGreaterThan(
        1,
      );
      if (account === 'root') return expect(password).toBeNull();
      const { domainName } = await desk.call('instance.show', { ref: id });
      const shown = await host.virsh('-q', 'vncdisplay', domainName);
      expect(shown).toMatch(/^127\.0\.0\.1:\d+\s*$/);
      life.display = { password: password ?? '', port: 5900 + Number(shown.split(':')[1]) };
      const wrong = await desk.openConsole(id, 'vnc');
      expect(wrong.password).not.toBe(password);
      expect(await takesPassword(wrong.stream, password ?? '')).toBe(false);
      const last = await desk.openConsole(id, 'vnc');
      life.display = { ...life.display, password: last.password ?? '' };
      last.stream.destroy();
    });
  });

  it('keeps a log of its console', async () => {
    await each(async ({ desk, id, account }) => {
      const { text, nextOffset } = await desk.call('instance.consoleLog', { ref: id });
      expect(text).toContain(`life-${account}-1 login:`);
      expect(text).toContain('tiny: user data has run');
      const more = await desk.call('instance.consoleLog', { ref: id, offset: nextOffset });
      expect(more.nextOffset).toBeGreaterThanOrEqual(nextOffset);
      const { text: end } = await desk.call('instance.consoleLog', { ref: id, lines: 3 });
      expect(end.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    });
  });

  it('reboots when asked', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      const before = await boots(life);
      await desk.done((await desk.call('instance.reboot', { ref: id, type: 'soft' })).taskId);
      expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ACTIVE', fault: null });
      await hasBooted(life, before + 1);
    });
  });

  it('takes a password of its display for half a minute and no longer', async () => {
    await each(async ({ host, display, account }) => {
      if (display === null) return expect(account).toBe('root');
      await using way = await LibvirtWay.to(lab, host);
      const link = await way.link(account);
      const refused = async (): Promise<true | undefined> => {
        const stream = await link.openTcp('127.0.0.1', display.port);
        return (await takesPassword(stream, display.password)) ? undefined : true;
      };
      await until('the end of the password', refused, PATIENCE);
    });
  });

  it('stops, starts, and reboots hard', async () => {
    await each(async ({ desk, id }) => {
      const { stream } = await desk.openConsole(id, 'serial');
      const hungUp = once(stream.resume(), 'close');
      await desk.done((await desk.call('instance.stop', { ref: id })).taskId);
      await hungUp;
      expect(await desk.call('instance.show', { ref: id })).toMatchObject({
        status: 'SHUTOFF',
        powerState: 'SHUTDOWN',
      });
      await expect(desk.call('console.open', { ref: id, type: 'vnc' })).rejects.toMatchObject({
        code: 'instance.invalid_state',
      });
      await desk.done((await desk.call('instance.start', { ref: id })).taskId);
      expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ACTIVE' });
      await desk.done((await desk.call('instance.reboot', { ref: id, type: 'hard' })).taskId);
      expect(await desk.call('instance.show', { ref: id })).toMatchObject({
        status: 'ACTIVE',
        powerState: 'RUNNING',
      });
    });
  });

  it('ends without a trace', async () => {
    await each(async ({ desk, id }) => {
      await desk.deleteInstance(id);
      expect(await desk.call('instance.list', {})).toEqual([]);
      const [host] = await desk.call('host.list', {});
      expect(host).toMatchObject({ vcpus: { used: 0 }, ram: { used: 0 }, disk: { used: 0 } });
    });
    for (const { desk } of lives) await desk[Symbol.asyncDispose]();
    lives = [];
    await traces.expectNone();
  });
});
