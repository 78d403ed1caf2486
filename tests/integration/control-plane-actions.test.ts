import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Instance } from '../../core/contract/index.ts';
import type { Account } from '../lab/accounts.ts';
import type { LabHost } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { Desk, Traces } from './control-plane.ts';

const lab = Lab.attach(inject('lab'));
/** Milliseconds for two guests to boot side by side, by emulation, on a machine that may have more to do. */
const PATIENCE = 240_000;
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** A word that nothing else on earth holds, so that a search for it finds only what should not be there. */
const PASSWORD = 'Zq7:&wörter-$1\\pass';

interface Life {
  readonly account: Account;
  readonly host: LabHost;
  readonly desk: Desk;
  key: string;
  id: string;
  ip: string;
}

const PLACES: readonly (readonly [Account, number])[] = [
  ['root', 1],
  ['stream', 2],
];

let lives: Life[] = [];
let traces: Traces;

/** The same for both accounts at once: their guests share the two processors, and the time. */
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

async function act(
  { desk, id }: Life,
  method: `instance.${'pause' | 'unpause' | 'suspend' | 'resume' | 'unrescue' | 'crashDump' | 'restore'}`,
): Promise<Instance> {
  await desk.done((await desk.call(method, { ref: id })).taskId);
  return desk.call('instance.show', { ref: id });
}

const show = ({ desk, id }: Life): Promise<Instance> => desk.call('instance.show', { ref: id });
const inGuest = ({ host, ip, key }: Life, command: string): Promise<string> =>
  host.guestSsh(ip, key, command, PATIENCE);

async function boots({ desk, id }: Life): Promise<number> {
  const { text } = await desk.call('instance.consoleLog', { ref: id });
  return text.split('tiny: up after').length - 1;
}

async function hasBooted(life: Life, times: number): Promise<void> {
  const booted = async (): Promise<true | undefined> => ((await boots(life)) >= times ? true : undefined);
  await until(`boot ${times}`, booted, PATIENCE);
}

const virsh = async ({ host, id }: Life, ...args: string[]): Promise<string> => {
  const [command = '', ...rest] = args;
  return (await host.virsh('-q', command, id, ...rest)).trim();
};

/** At once: a guest that boots is deaf to a request, and a whole minute would be waited for it. */
async function switchOff(life: Life): Promise<void> {
  await virsh(life, 'destroy');
  await life.desk.status(life.id, 'SHUTOFF');
}

beforeAll(async () => {
  traces = await Traces.of(lab.host(1), lab.host(2));
  lives = await Promise.all(
    PLACES.map(async ([account, number]) => {
      const host = lab.host(number);
      const desk = await Desk.create(lab);
      return { account, host, desk, key: '', id: '', ip: '' };
    }),
  );
  await each(async (life) => {
    const { desk, host, account } = life;
    await desk.addHost(host, account);
    await desk.addImage('tiny', [host.name]);
    await desk.addImage('other');
    const { privateKey } = await desk.call('keypair.create', { name: 'me' });
    life.key = await desk.file('id', privateKey ?? '');
    const { id, taskId } = await desk.create({ name: `act ${account}`, keyName: 'me' });
    await desk.done(taskId);
    life.id = id;
    life.ip = (await show(life)).addresses[0]?.address ?? '';
    await hasBooted(life, 1);
  });
});

afterAll(async () => {
  for (const { desk } of lives) await desk[Symbol.asyncDispose]();
});

describe('a guest that runs', () => {
  it('stands still while it is paused, and goes on', async () => {
    await each(async (life) => {
      expect(await act(life, 'instance.pause')).toMatchObject({ status: 'PAUSED', powerState: 'PAUSED' });
      expect(await virsh(life, 'domstate')).toBe('paused');
      expect(await act(life, 'instance.unpause')).toMatchObject({ status: 'ACTIVE', powerState: 'RUNNING' });
      expect(await virsh(life, 'domstate')).toBe('running');
    });
  });

  it('tells how it does', async () => {
    await each(async (life) => {
      await inGuest(life, 'dd if=/dev/vda of=/dev/null bs=64k count=16 2>/dev/null');
      const figures = await life.desk.call('instance.diagnostics', { ref: life.id });
      expect(figures).toMatchObject({ powerState: 'RUNNING', cpus: [{ id: 0 }] });
      expect(figures.cpus[0]?.time).toBeGreaterThan(1e9);
      expect(figures.memory.maximum).toBe(128 * 1024 ** 2);
      expect(figures.memory.resident).toBeGreaterThan(10 * 1024 ** 2);
      const disk = figures.disks.find(({ device }) => device === 'vda');
      expect(disk?.readBytes).toBeGreaterThan(1024 ** 2);
      expect(disk?.capacity).toBe(1024 ** 3);
      expect(figures.nics).toMatchObject([{ mac: (await show(life)).addresses[0]?.mac }]);
      expect(figures.nics[0]?.rxBytes).toBeGreaterThan(0);
    });
  });

  it('takes a non-maskable interrupt', async () => {
    await each(async (life) => {
      expect(await act(life, 'instance.crashDump')).toMatchObject({ status: 'ACTIVE', fault: null });
      const heard = async (): Promise<true | undefined> =>
        /NMI/.test(await inGuest(life, "dmesg | grep -i 'nmi.*reason' || true")) ? true : undefined;
      await until('the interrupt in the kernel log', heard, PATIENCE);
    });
  });

  it('is let in with the password that its agent was told, which is kept nowhere', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      const after = await desk.call('instance.setPassword', { ref: id, password: PASSWORD });
      expect(after).toMatchObject({ taskState: null, status: 'ACTIVE' });
      const { stream } = await desk.openConsole(id, 'serial');
      let heard = '';
      stream.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
      const says = (what: RegExp): Promise<unknown> =>
        until(`${what.source} on the console`, () => what.exec(heard) ?? undefined, PATIENCE);
      stream.write('\r');
      await says(/login: $/);
      stream.write('root\r');
      await says(/Password: $/);
      stream.write(`${PASSWORD}\r`);
      await says(/# /);
      stream.write('exit\r');
      stream.destroy();
      const nobody = desk.call('instance.setPassword', { ref: id, password: PASSWORD, user: 'nobody-there' });
      await expect(nobody).rejects.toMatchObject({
        code: 'libvirt.error',
        message: expect.not.stringContaining(PASSWORD),
      });
      expect(await show(life)).toMatchObject({ taskState: null, status: 'ACTIVE' });
      for (const name of await readdir(desk.folder)) {
        if (!/sqlite|log/.test(name)) continue;
        expect((await readFile(join(desk.folder, name))).includes(PASSWORD.slice(0, 8))).toBe(false);
      }
    });
  });

  it('goes on after a suspension where it was', async () => {
    await each(async (life) => {
      const { desk, host } = life;
      await inGuest(life, 'echo remembered > /run/mark');
      const before = await boots(life);
      expect(await act(life, 'instance.suspend')).toMatchObject({
        status: 'SUSPENDED',
        powerState: 'SHUTDOWN',
      });
      expect(await virsh(life, 'domstate', '--reason')).toBe('shut off (saved)');
      // A fresh look at the host must not take it for one that is merely off.
      await desk.call('host.connect', { ref: host.name });
      await desk.connected(host.name);
      expect(await show(life)).toMatchObject({ status: 'SUSPENDED' });
      // What is said of it while it sleeps holds for the guest that wakes up.
      await desk.call('instance.set', { ref: life.id, metadata: { mood: 'asleep' } });
      await desk.plane.idle();
      expect(await act(life, 'instance.resume')).toMatchObject({ status: 'ACTIVE', powerState: 'RUNNING' });
      expect(await virsh(life, 'dumpxml')).toContain('asleep');
      expect((await inGuest(life, 'cat /run/mark')).trim()).toBe('remembered');
      expect(await boots(life)).toBe(before);
    });
  });

  it('that is suspended and resumed with virsh is followed', async () => {
    await each(async (life) => {
      await virsh(life, 'managedsave');
      const saved = await life.desk.status(life.id, 'SUSPENDED');
      expect(saved).toMatchObject({ powerState: 'SHUTDOWN', fault: null });
      await virsh(life, 'start');
      expect(await life.desk.status(life.id, 'ACTIVE')).toMatchObject({ powerState: 'RUNNING' });
    });
  });
});

describe('a guest whose disk does not boot any more', () => {
  it('is rescued with its disk in place, mended, and brought back', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      const before = await boots(life);
      // The boot sector is kept in the gap before the first partition, and then wiped.
      await inGuest(life, 'dd if=/dev/vda of=/dev/vda count=1 seek=100 conv=notrunc 2>/dev/null');
      await inGuest(life, 'dd if=/dev/zero of=/dev/vda bs=440 count=1 conv=notrunc 2>/dev/null; sync');
      await desk.done((await desk.call('instance.rescue', { ref: id, image: 'other' })).taskId);
      expect(await show(life)).toMatchObject({ status: 'RESCUE', rescueImageName: 'other' });
      await hasBooted(life, before + 1);
      expect((await inGuest(life, 'ls /dev/vd?')).split('\n')).toEqual(['/dev/vda', '/dev/vdb', '']);
      const wiped = 'dd if=/dev/vda count=1 2>/dev/null | head -c 440 | tr -d "\\0" | wc -c';
      expect((await inGuest(life, wiped)).trim()).toBe('0');
      expect((await inGuest(life, wiped.replace('vda', 'vdb'))).trim()).not.toBe('0');
      await inGuest(life, 'dd if=/dev/vda of=/dev/vda count=1 skip=100 conv=notrunc 2>/dev/null; sync');
      expect(await act(life, 'instance.unrescue')).toMatchObject({ status: 'ACTIVE', rescueImageName: null });
      await hasBooted(life, before + 2);
      expect((await inGuest(life, 'ls /dev/vd?')).split('\n')).toEqual(['/dev/vda', '']);
      expect(await virsh(life, 'dumpxml', '--inactive')).toContain("<boot dev='hd'/>");
      expect(await life.host.sh('ls /var/lib/libvirt/images')).not.toContain('rescue');
    });
  });
});

describe('a rebuild', () => {
  it('makes a new disk from another image, and keeps the rest', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      const before = await show(life);
      await inGuest(life, 'echo old | dd of=/dev/vda seek=200 conv=notrunc 2>/dev/null; sync');
      const userData = Buffer.from('#!/bin/sh\necho new > /run/proof\n').toString('base64');
      const { taskId } = await desk.call('instance.rebuild', { ref: id, image: 'other', userData });
      await desk.done(taskId);
      const after = await show(life);
      expect(after).toMatchObject({ status: 'ACTIVE', imageName: 'other', hasUserData: true });
      for (const key of ['id', 'name', 'hostname', 'addresses', 'keyName', 'hostId', 'domainName'] as const) {
        expect(after[key]).toEqual(before[key]);
      }
      const proof = 'until [ -s /run/proof ]; do sleep 1; done; cat /run/proof';
      expect((await inGuest(life, proof)).trim()).toBe('new');
      const mark = 'dd if=/dev/vda skip=200 count=1 2>/dev/null | tr -d "\\0" | wc -c';
      expect((await inGuest(life, mark)).trim()).toBe('0');
    });
  });
});

describe('a soft deletion', () => {
  it('switches off and keeps, until somebody wants it back', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      await desk.done((await desk.call('instance.delete', { ref: id, soft: true })).taskId);
      expect(await show(life)).toMatchObject({ status: 'SOFT_DELETED', reclaimAt: expect.any(String) });
      expect(await virsh(life, 'domstate')).toBe('shut off');
      expect(await act(life, 'instance.restore')).toMatchObject({ status: 'ACTIVE', reclaimAt: null });
      expect(await virsh(life, 'domstate')).toBe('running');
    });
  });
});

describe('a rebuild of one that is off', () => {
  it('leaves it off', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      await switchOff(life);
      await desk.done((await desk.call('instance.rebuild', { ref: id, image: 'tiny' })).taskId);
      expect(await show(life)).toMatchObject({
        status: 'SHUTOFF',
        imageName: 'tiny',
        powerState: 'SHUTDOWN',
      });
      expect(await virsh(life, 'domstate')).toBe('shut off');
      await desk.done((await desk.call('instance.start', { ref: id })).taskId);
      expect(await show(life)).toMatchObject({ status: 'ACTIVE' });
    });
  });
});

describe('a lock', () => {
  it('keeps everybody out but who unlocks it, and says who and why', async () => {
    await each(async ({ desk, id }) => {
      await desk.call('instance.lock', { ref: id, reason: 'the press release' });
      await expect(desk.call('instance.stop', { ref: id })).rejects.toMatchObject({
        code: 'locked',
        message: expect.stringContaining('the press release'),
      });
      const { lock } = await desk.call('instance.unlock', { ref: id });
      expect(lock).toBeNull();
    });
  });
});

describe('the end of a softly deleted one', () => {
  it('comes when the time is up, also after a new start', async () => {
    await each(async (life) => {
      const { desk, id } = life;
      await switchOff(life);
      await desk.call('settings.set', { reclaimInterval: 10 });
      await desk.done((await desk.call('instance.delete', { ref: id, soft: true })).taskId);
      await desk.close();
      await desk.start();
      const gone = async (): Promise<true | undefined> =>
        (await desk.call('instance.list', {})).length === 0 ? true : undefined;
      await until('the end of the instance', gone, PATIENCE);
    });
  });
});

describe('a forced deletion', () => {
  it('does without a host that is away, which is tidied when it is back', async () => {
    await each(async (life) => {
      const { desk, host, account } = life;
      await desk.connected(host.name);
      const { id, taskId } = await desk.create({ name: `force ${account}` });
      await desk.done(taskId);
      await desk.call('instance.lock', { ref: id });
      await host.stopLibvirtd();
      await desk.host(host.name, ({ connection }) => connection === 'disconnected');
      await desk.done((await desk.call('instance.forceDelete', { ref: id })).taskId);
      expect(await desk.call('instance.list', {})).toEqual([]);
      await host.startLibvirtd();
      await desk.connected(host.name);
      await desk.plane.idle();
      expect((await host.inventory()).guests).toEqual([]);
    });
  });

  it('leaves no trace, as nothing else does', async () => {
    for (const { desk } of lives) await desk[Symbol.asyncDispose]();
    lives = [];
    await traces.expectNone();
  });
});
