import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { HostTest, Input } from '../../core/contract/index.ts';
import { Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { Desk, Traces } from './control-plane.ts';

const SMALL = 'cp-tight';

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await desk.addHost(h1);
  await desk.addImage('tiny', ['h1']);
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

type Address = ReturnType<Desk['address']>;

/** Tries to add the second host. @returns the step that failed */
async function refused(change: Partial<Address>, more: Partial<Input<'host.add'>> = {}) {
  const address = { ...desk.address(h2), ...change };
  const acceptHostKey = await h2.fingerprint();
  const answer = await desk.call('host.add', { name: 'wrong', address, acceptHostKey, ...more });
  expect(answer.host).toBeNull();
  expect(answer.test.ok).toBe(false);
  return failedStep(answer.test);
}

function failedStep({ steps }: HostTest) {
  const failed = steps.filter(({ result }) => result === 'failed');
  expect(failed).toHaveLength(1);
  const [step] = failed;
  expect(step?.remedy).toBeTruthy();
  return { step: step?.step, code: step?.error?.code };
}

/** A key pair that no host knows. */
async function strangeKey(name: string, passphrase = ''): Promise<string> {
  const file = join(desk.folder, name);
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', file]);
  return file;
}

describe('a host that cannot be added', () => {
  it('shows another key than the one that was accepted', async () => {
    const acceptHostKey = await h1.fingerprint();
    expect(await refused({}, { acceptHostKey })).toEqual({
      step: 'host-key',
      code: 'transport.host_key_unknown',
    });
  });

  it('for its port, user, key or account says which step failed, and is not stored', async () => {
    const key = await strangeKey('strange');
    const locked = join(desk.folder, 'locked');
    await copyFile(lab.key, locked);
    await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'open sesame', '-f', locked]);
    const notAKey = await desk.file('text', 'this is no key\n');
    const wrong = { passphrase: 'open barley' };

    expect(await refused({ port: 1 })).toEqual({ step: 'connect', code: 'transport.refused' });
    expect(await refused({ user: 'nobody-here' })).toEqual({ step: 'login', code: 'transport.auth_failed' });
    expect(await refused({ identityFiles: [key] })).toEqual({ step: 'login', code: 'transport.auth_failed' });
    expect(await refused({ identityFiles: [notAKey] })).toEqual({
      step: 'login',
      code: 'transport.key_unreadable',
    });
    expect(await refused({ identityFiles: [locked] })).toEqual({
      step: 'login',
      code: 'transport.passphrase_needed',
    });
    expect(await refused({ identityFiles: [locked] }, { secrets: wrong })).toEqual({
      step: 'login',
      code: 'transport.passphrase_wrong',
    });
    expect(await refused({ user: 'outsider' })).toEqual({
      step: 'socket',
      code: 'transport.socket_forbidden',
    });
    expect(await refused({ user: 'noforward' })).toEqual({
      step: 'socket',
      code: 'transport.forwarding_disabled',
    });
    expect((await desk.call('host.list', {})).map(({ name }) => name)).toEqual(['h1']);
  });

  it('for its libvirt that does not run is told apart from one that may not be entered', async () => {
    await h2.stopLibvirtd();
    try {
      expect(await refused({})).toEqual({ step: 'socket', code: 'transport.socket_missing' });
    } finally {
      await h2.startLibvirtd();
    }
  });

  it('is there already under another name', async () => {
    const again = { name: 'again', address: desk.address(h1) };
    await expect(desk.call('host.add', again)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a host', () => {
  it('without the pool that was chosen waits for a better choice, and tells the pools it has', async () => {
    await desk.call('host.set', { ref: 'h1', pool: 'nowhere' });
    const lost = await desk.host('h1', ({ connectionError }) => connectionError !== null);
    expect(lost).toMatchObject({
      connection: 'disconnected',
      connectionError: { code: 'host.pool_missing' },
    });
    expect(lost.connectionError?.remedy).toContain('default');
    const preview = await desk.call('instance.preview', { flavor: 'm1.nano', image: 'tiny' });
    expect(preview.selected).toBeNull();
    expect(preview.hosts[0]?.reason).toContain('no storage pool "nowhere"');
    const test = await desk.call('host.test', { ref: 'h1' });
    expect(failedStep(test)).toEqual({ step: 'storage', code: 'host.pool_missing' });
    await desk.call('host.set', { ref: 'h1', pool: 'default' });
    await desk.connected('h1');
  });

  it('with a pool that is smaller than the image takes nothing of it', async () => {
    await h1.smallPool(SMALL, 8);
    try {
      await desk.addImage('large');
      await desk.call('host.set', { ref: 'h1', pool: SMALL });
      await desk.connected('h1');
      const { taskId } = await desk.call('image.upload', { ref: 'large', host: 'h1' });
      expect(await desk.ended(taskId)).toMatchObject({ state: 'failed', error: { code: 'host.disk_full' } });
      expect(await h1.sh(`ls /var/lib/libvirt/${SMALL}`)).toBe('');
      const { taskId: building } = await desk.create({ name: 'tight', image: 'large' });
      const { error } = await desk.ended(building);
      expect(error).toMatchObject({ code: 'scheduler.no_valid_host' });
      expect(error?.message).toContain('h1: Disk: asked 1 GiB');
      await desk.deleteInstance('tight');
    } finally {
      await desk.call('host.set', { ref: 'h1', pool: 'default' });
      await desk.connected('h1');
      await h1.removeSmallPool(SMALL);
    }
  });

  it('that is asked for by name and too small is told so, with the reason', async () => {
    await desk.call('flavor.create', { name: 'huge', vcpus: 1, ram: 100_000_000, disk: 1 });
    const preview = await desk.call('instance.preview', { flavor: 'huge', image: 'tiny', host: 'h1' });
    const { id, taskId } = await desk.create({ name: 'huge', flavor: 'huge', host: 'h1' });
    const { error } = await desk.ended(taskId);
    expect(error).toMatchObject({ code: 'scheduler.no_valid_host' });
    expect(error?.message).toMatch(/h1: RAM: asked 100000000 MiB, at most \d+ for one instance/);
    expect(error?.message).toContain(preview.hosts[0]?.reason ?? 'a reason');
    expect(await desk.call('instance.show', { ref: id })).toMatchObject({ status: 'ERROR', hostId: null });
    await desk.deleteInstance(id);
  });
});

describe('an instance', () => {
  beforeAll(async () => {
    await desk.call('flavor.create', { name: 'short-lived', vcpus: 1, ram: 128, disk: 1 });
    await desk.done((await desk.create({ name: 'web', flavor: 'short-lived', host: 'h1' })).taskId);
  });

  it('keeps its copy of a flavor that is deleted, and works on', async () => {
    await desk.call('flavor.delete', { ref: 'short-lived' });
    await expect(desk.create({ name: 'late', flavor: 'short-lived' })).rejects.toMatchObject({
      code: 'flavor.not_found',
    });
    await desk.done((await desk.call('instance.reboot', { ref: 'web', type: 'hard' })).taskId);
    const web = await desk.call('instance.show', { ref: 'web' });
    expect(web).toMatchObject({ status: 'ACTIVE', flavor: { name: 'short-lived', ram: 128 } });
  });

  it('is not deleted while its host is away, and is then what it was', async () => {
    await h1.stopLibvirtd();
    try {
      await desk.host('h1', ({ connection, retryAt }) => connection === 'disconnected' && retryAt !== null);
      await expect(desk.call('instance.delete', { ref: 'web' })).rejects.toMatchObject({
        code: 'host.unavailable',
        message: expect.stringContaining('h1'),
      });
      const web = await desk.call('instance.show', { ref: 'web' });
      expect(web).toMatchObject({ status: 'ACTIVE', taskState: null, powerState: 'RUNNING', fault: null });
    } finally {
      await h1.startLibvirtd();
    }
    await desk.connected('h1');
    expect(await h1.virsh('domstate', (await desk.call('instance.show', { ref: 'web' })).domainName)).toBe(
      'running\n\n',
    );
  });

  it('that two delete at once is deleted once', async () => {
    const [one, two] = await Promise.all([
      desk.call('instance.delete', { ref: 'web' }),
      desk.call('instance.delete', { ref: 'web' }),
    ]);
    expect(one.taskId).toBe(two.taskId);
    await desk.done(one.taskId);
    expect(await desk.call('instance.list', {})).toEqual([]);
    await expect(desk.call('instance.delete', { ref: 'web' })).rejects.toMatchObject({
      code: 'instance.not_found',
    });
  });

  it('that is deleted while it is built leaves nothing', async () => {
    const { taskId } = await desk.create({ name: 'short', host: 'h1' });
    await desk.reaches(taskId, 'config_drive');
    await desk.deleteInstance('short');
    expect(await desk.call('task.show', { id: taskId })).toMatchObject({ cancellable: false });
    const { domains, reservations, files } = await h1.inventory();
    expect([domains, reservations]).toEqual([[], []]);
    expect(files.filter((name) => !name.startsWith('micronova-image-'))).toEqual([]);
  });
});
