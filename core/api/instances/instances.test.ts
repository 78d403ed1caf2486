import { PassThrough } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../../tests/fakes/api.ts';
import { CAN_ALL } from '../../../tests/fakes/data.ts';
import type { ComputeDriver } from '../../compute/driver.ts';
import type { TaskState, VmState } from '../../contract/index.ts';
import { markDeleted, transition } from '../../state/instance-changes.ts';
import { getInstanceRecord } from '../../state/instances.ts';
import { updateTask } from '../../state/tasks.ts';

let api: Api;
beforeEach(() => {
  api = openApi();
});
afterEach(() => api[Symbol.dispose]());

const refused = (code: string, field?: string) =>
  expect.objectContaining({ code, remedy: expect.any(String), ...(field !== undefined && { field }) });

const request = { name: 'web', flavor: 'm1.tiny', image: 'tiny' };

async function prepare() {
  const host = api.addHost();
  const image = api.addImage();
  const flavor = await api.addFlavor();
  return { host, image, flavor };
}

async function launch(name = 'web') {
  const [accepted] = await api.call('instance.create', { ...request, name });
  if (accepted === undefined) throw new Error('nothing was accepted');
  return accepted;
}

/** Puts an instance where a test wants it, as the conductor would. */
function put(id: string, vmState: VmState, taskState: TaskState | null, hostId: string | null) {
  api.database.write((tx) => transition(tx, id, { set: { vmState, taskState, hostId } }));
}

describe('creating', () => {
  it('writes row, action and task together and answers at once', async () => {
    const { image } = await prepare();
    await api.call('keypair.create', { name: 'me' });
    const input = { ...request, keyName: 'me', metadata: { a: '1' }, userData: 'aGVs\nbG8=\n' };
    const [accepted] = await api.call('instance.create', input);
    expect(accepted?.instance).toMatchObject({
      name: 'web',
      hostname: 'web',
      vmState: 'building',
      taskState: 'scheduling',
      status: 'BUILD',
      imageId: image.id,
      keyName: 'me',
      hasUserData: true,
      metadata: { a: '1' },
      domainName: `micronova-${accepted?.instance.id.slice(0, 8)}`,
    });
    const record = getInstanceRecord(api.database, accepted?.instance.id ?? '');
    expect(record).toMatchObject({ userData: 'aGVsbG8=', publicKey: expect.stringMatching(/^ssh-ed25519 /) });
    expect(record?.mac).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
    const [task] = await api.call('task.list', {});
    expect(task).toMatchObject({
      id: accepted?.taskId,
      kind: 'instance.create',
      state: 'queued',
      subject: 'web',
    });
    const [action] = await api.call('instance.actions', { ref: 'web' });
    expect(action).toMatchObject({
      action: 'create',
      user: 'me',
      requestId: task?.requestId,
      finishedAt: null,
    });
  });

  it('numbers several, and makes all or none', async () => {
    await prepare();
    const accepted = await api.call('instance.create', { ...request, count: 3 });
    expect(accepted.map(({ instance }) => instance.name)).toEqual(['web-1', 'web-2', 'web-3']);
    expect(new Set(accepted.map(({ taskId }) => taskId)).size).toBe(3);
    await expect(
      api.call('instance.create', { ...request, name: 'x'.repeat(255), count: 2 }),
    ).rejects.toEqual(refused('bad_input', 'name'));
    expect(await api.call('instance.list', {})).toHaveLength(3);
  });

  it('lets instances share a name; then commands ask for the id', async () => {
    await prepare();
    const one = await launch();
    const two = await launch();
    const ids = [one.instance.id, two.instance.id];
    await expect(api.call('instance.show', { ref: 'web' })).rejects.toEqual(
      expect.objectContaining({ code: 'ambiguous', details: { ids: expect.arrayContaining(ids) } }),
    );
    expect(await api.call('instance.show', { ref: ids[0] ?? '' })).toEqual(one.instance);
  });

  it.each([
    ['an unknown flavor', { flavor: 'no' }, 'flavor.not_found', 'flavor'],
    ['an unknown image', { image: 'no' }, 'image.not_found', 'image'],
    ['an unknown key pair', { keyName: 'no' }, 'keypair.not_found', 'keyName'],
    ['an unknown host', { host: 'no' }, 'host.not_found', 'host'],
    ['an empty name', { name: '' }, 'bad_input', 'name'],
    ['a name with an escape', { name: 'a\u001b[2J' }, 'bad_input', 'name'],
    ['no instances', { count: 0 }, 'bad_input', 'count'],
    ['too many instances', { count: 101 }, 'bad_input', 'count'],
    [
      'user data that is too large',
      { userData: 'A'.repeat(65_536) },
      'instance.user_data_too_large',
      'userData',
    ],
    ['user data that is no base64', { userData: '#cloud-config' }, 'bad_input', 'userData'],
    ['a metadata key that is too long', { metadata: { ['x'.repeat(256)]: '' } }, 'bad_input', undefined],
    ['a disk smaller than the image', { image: 'large' }, 'bad_input', 'flavor'],
    ['an image that is not there yet', { image: 'saving' }, 'image.not_active', 'image'],
  ])('refuses %s, and keeps nothing', async (_, change, code, field) => {
    await prepare();
    api.addImage({ name: 'large', virtualSize: 2 * 1024 ** 3 });
    api.addImage({ name: 'saving', status: 'saving' });
    await expect(api.raw('instance.create', { ...request, ...change })).rejects.toEqual(refused(code, field));
    expect(await api.call('instance.list', {})).toEqual([]);
    expect(await api.call('task.list', {})).toEqual([]);
  });

  it("keeps to the image's own minimum", async () => {
    await prepare();
    await api.call('image.set', { ref: 'tiny', minRam: 1024 });
    await expect(launch()).rejects.toEqual(refused('bad_input', 'flavor'));
    await api.call('image.set', { ref: 'tiny', minRam: 0, minDisk: 2 });
    await expect(launch()).rejects.toEqual(refused('bad_input', 'flavor'));
    await api.addFlavor('as-image', 0);
    await api.call('instance.create', { ...request, flavor: 'as-image' });
  });

  it('keeps its copy of a flavor that is deleted', async () => {
    await prepare();
    await launch();
    await api.call('flavor.delete', { ref: 'm1.tiny' });
    expect(await api.call('instance.show', { ref: 'web' })).toMatchObject({
      flavor: { name: 'm1.tiny', ram: 512 },
    });
  });

  it('says beforehand what would be decided, and claims nothing', async () => {
    const { host } = await prepare();
    const choice = { flavor: 'm1.tiny', image: 'tiny' };
    expect(await api.call('instance.preview', choice)).toMatchObject({ selected: host.id });
    await api.call('flavor.create', { name: 'giant', vcpus: 1, ram: 1_000_000, disk: 1 });
    const decision = await api.call('instance.preview', { ...choice, flavor: 'giant' });
    expect(decision).toMatchObject({
      selected: null,
      hosts: [{ hostName: 'one', accepted: false, reason: expect.stringContaining('RAM') }],
    });
    expect(await api.call('instance.preview', { ...choice, count: 100 })).toMatchObject({
      selected: host.id,
      placements: [{ hostName: 'one' }],
      shortfall: { code: 'scheduler.no_valid_host' },
    });
    expect((await api.call('instance.list', {})).length).toBe(0);
  });
});

describe('power', () => {
  it.each([
    ['instance.start', 'stopped', 'powering-on', {}],
    ['instance.stop', 'active', 'powering-off', {}],
    ['instance.reboot', 'active', 'rebooting', {}],
    ['instance.reboot', 'error', 'rebooting_hard', { type: 'hard' }],
  ] as const)('%s from %s', async (method, from, taskState, more) => {
    const { host } = await prepare();
    const { instance } = await launch();
    put(instance.id, from, null, host.id);
    const input = { ref: 'web', ...more };
    expect(await api.raw(method, input)).toMatchObject({ instance: { vmState: from, taskState } });
    expect(await api.call('task.list', {})).toMatchObject([{}, { kind: method, lane: `host:${host.id}` }]);
  });

  it.each([
    ['instance.start', 'active', null],
    ['instance.start', 'stopped', 'powering-on'],
    ['instance.stop', 'stopped', null],
    ['instance.stop', 'building', 'spawning'],
    ['instance.reboot', 'stopped', null],
    ['instance.reboot', 'active', 'deleting'],
  ] as const)('%s is refused when %s (%s)', async (method, vmState, taskState) => {
    const { host } = await prepare();
    const { instance } = await launch();
    put(instance.id, vmState, taskState, host.id);
    await expect(api.raw(method, { ref: 'web' })).rejects.toEqual(refused('instance.invalid_state'));
    expect(await api.call('task.list', {})).toHaveLength(1);
    expect(await api.call('instance.show', { ref: 'web' })).toMatchObject({ vmState, taskState });
  });

  it('is refused for what was never built', async () => {
    await prepare();
    const { instance } = await launch();
    put(instance.id, 'error', null, null);
    await expect(api.call('instance.stop', { ref: 'web' })).rejects.toEqual(
      refused('instance.invalid_state'),
    );
  });
});

describe('deleting', () => {
  it('twice at once is one deletion, and later there is nothing to delete', async () => {
    const { host } = await prepare();
    const { instance } = await launch();
    put(instance.id, 'active', null, host.id);
    const first = await api.call('instance.delete', { ref: 'web' });
    const second = await api.call('instance.delete', { ref: 'web' });
    expect(second).toEqual(first);
    expect(first.instance.taskState).toBe('deleting');
    api.database.write((tx) => {
      markDeleted(tx, instance.id);
      updateTask(tx, first.taskId, { set: { state: 'done' } });
    });
    await expect(api.call('instance.delete', { ref: instance.id })).rejects.toEqual(
      refused('instance.not_found'),
    );
    expect(await api.call('instance.list', {})).toEqual([]);
  });

  it('works from any state, and again when it has failed before', async () => {
    await prepare();
    const { instance } = await launch();
    expect(await api.call('instance.delete', { ref: 'web' })).toMatchObject({
      instance: { taskState: 'deleting' },
    });
    const [, task] = await api.call('task.list', {});
    api.database.write((tx) => updateTask(tx, task?.id ?? '', { set: { state: 'failed' } }));
    put(instance.id, 'error', null, null);
    const again = await api.call('instance.delete', { ref: 'web' });
    expect(again.taskId).not.toBe(task?.id);
  });
});

describe('changing', () => {
  it('renames and merges metadata, up to its limit', async () => {
    await prepare();
    await launch();
    await api.call('instance.set', { ref: 'web', metadata: { a: '1', b: '2' } });
    const set = { ref: 'web', name: 'db', metadata: { c: '3' }, unsetMetadata: ['a'] };
    expect(await api.call('instance.set', set)).toMatchObject({ name: 'db', metadata: { b: '2', c: '3' } });
    const many = Object.fromEntries(Array.from({ length: 127 }, (_, i) => [`k${i}`, '']));
    await expect(api.call('instance.set', { ref: 'db', metadata: many })).rejects.toEqual(
      refused('bad_input', 'metadata'),
    );
  });
});

/** The parts of a driver that reading needs. */
function fakeDriver(log: string) {
  const bytes = Buffer.from(log);
  const stream = new PassThrough();
  const driver: Pick<
    ComputeDriver,
    'capabilities' | 'consoleLog' | 'domainXml' | 'openSerial' | 'openDisplay'
  > = {
    capabilities: CAN_ALL,
    consoleLog: async (_, offset) => ({ bytes: bytes.subarray(offset), length: bytes.length }),
    domainXml: async (id) => `<domain><uuid>${id}</uuid></domain>`,
    openSerial: async () => stream,
    openDisplay: async () => ({ stream, password: 'once' }),
  };
  return { stream, driver };
}

async function onHost(log = '') {
  const { host } = await prepare();
  const { instance } = await launch();
  put(instance.id, 'active', null, host.id);
  const { stream, driver } = fakeDriver(log);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of a driver is asked here
  api.drivers.set(host.id, driver as ComputeDriver);
  return { instance, stream, host };
}

describe('looking inside', () => {
  it('answers the end of the log, and goes on where that ended', async () => {
    const log = Array.from({ length: 50_000 }, (_, i) => `line ${i} đ\n`).join('');
    await onHost(log);
    const end = await api.call('instance.consoleLog', { ref: 'web', lines: 2 });
    expect(end).toEqual({ text: 'line 49998 đ\nline 49999 đ\n', nextOffset: Buffer.byteLength(log) });
    const many = await api.call('instance.consoleLog', { ref: 'web', lines: 20_000 });
    expect(many.text.split('\n')).toHaveLength(20_001);
    expect(await api.call('instance.consoleLog', { ref: 'web', offset: end.nextOffset })).toEqual({
      text: '',
      nextOffset: end.nextOffset,
    });
    const rotated = await api.call('instance.consoleLog', { ref: 'web', offset: end.nextOffset + 5 });
    expect(rotated.text.startsWith('line 0 đ\n')).toBe(true);
  });

  it('never cuts a character in two', async () => {
    const { host } = await onHost();
    const whole = Buffer.from('aé');
    const { driver } = fakeDriver('');
    const cut: ComputeDriver['consoleLog'] = async () => ({ bytes: whole.subarray(0, 2), length: 2 });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    api.drivers.set(host.id, { ...driver, consoleLog: cut } as ComputeDriver);
    expect(await api.call('instance.consoleLog', { ref: 'web', offset: 0 })).toEqual({
      text: 'a',
      nextOffset: 1,
    });
  });

  it('answers the domain XML', async () => {
    const { instance } = await onHost();
    expect((await api.call('instance.xml', { ref: 'web' })).xml).toContain(instance.id);
  });

  it('opens a console for one use of its ticket', async () => {
    const { stream } = await onHost();
    const { ticket, password } = await api.call('console.open', { ref: 'web', type: 'vnc' });
    expect(password).toBe('once');
    expect(api.tickets.redeem(ticket)).toBe(stream);
    expect(() => api.tickets.redeem(ticket)).toThrow(refused('instance.no_console'));
    expect(() => api.tickets.redeem(randomUUID())).toThrow(refused('instance.no_console'));
  });

  it('closes a console that nobody came for', async () => {
    const { stream } = await onHost();
    const { ticket } = await api.call('console.open', { ref: 'web', type: 'serial' });
    api.tickets.close();
    expect(stream.destroyed).toBe(true);
    expect(() => api.tickets.redeem(ticket)).toThrow(refused('instance.no_console'));
  });

  it('is refused without a running guest, a host or a connection', async () => {
    const { host } = await prepare();
    const { instance } = await launch();
    const open = () => api.call('console.open', { ref: 'web', type: 'serial' });
    await expect(open()).rejects.toEqual(refused('instance.invalid_state'));
    await expect(api.call('instance.xml', { ref: 'web' })).rejects.toEqual(refused('instance.no_console'));
    put(instance.id, 'active', null, host.id);
    await expect(open()).rejects.toEqual(expect.objectContaining({ code: 'host.unavailable' }));
  });
});

describe('tasks', () => {
  it('are waited for, until they end or the time is up', async () => {
    await prepare();
    const { taskId: id } = await launch();
    expect(await api.call('task.wait', { id, timeout: 0 })).toMatchObject({ state: 'queued' });
    expect(await api.call('task.wait', { id, timeout: 1 })).toMatchObject({ state: 'queued' });
    const waiting = api.call('task.wait', { id });
    expect(await api.call('task.cancel', { id })).toMatchObject({ state: 'cancelled' });
    expect(await waiting).toMatchObject({ state: 'cancelled' });
  });

  it.each(['task.show', 'task.cancel', 'task.wait'])('%s refuses an id that there is not', async (method) => {
    await expect(api.raw(method, { id: randomUUID() })).rejects.toEqual(refused('task.not_found', 'id'));
  });
});
