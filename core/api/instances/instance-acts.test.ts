import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../../tests/fakes/api.ts';
import { createFakeDriver } from '../../compute/fake/fake-driver.ts';
import { FakeHost } from '../../compute/fake/fake-host.ts';
import { takenOver } from '../../compute/mark.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { updateHost } from '../../state/hosts.ts';
import { q } from '../../state/query.ts';
import { transition } from '../../state/instance-changes.ts';
import { getInstanceRecord } from '../../state/instances.ts';
import { sweepPasswords } from './instance-password.ts';

let api: Api;
let id: string;
let hostId: string;
let fake: FakeHost;

beforeEach(async () => {
  api = openApi();
  hostId = api.addHost().id;
  api.addImage();
  await api.addFlavor();
  const [accepted] = await api.call('instance.create', { name: 'web', flavor: 'm1.tiny', image: 'tiny' });
  id = accepted?.instance.id ?? '';
  api.database.write((tx) =>
    transition(tx, id, { set: { hostId, vmState: 'active', taskState: null, powerState: 'RUNNING' } }),
  );
  fake = new FakeHost();
  const instance = await api.call('instance.show', { ref: id });
  fake.domains.set(id, {
    spec: { id, domainName: instance.domainName, flavor: instance.flavor },
    powerState: 'RUNNING',
    saved: false,
    rescue: false,
    passwords: new Map(),
    deaf: false,
    log: '',
    boots: 1,
  });
  api.drivers.set(hostId, createFakeDriver(fake));
});
afterEach(() => api[Symbol.dispose]());

const actions = () => api.call('instance.actions', { ref: id });

/** All rows in which something about an instance may be kept, as text. */
function stored(): string {
  const tables = ['instances', 'instance_actions', 'instance_action_events', 'tasks', 'task_steps'] as const;
  return JSON.stringify(tables.map((table) => api.database.all(q.selectFrom(table).selectAll())));
}

describe('a password', () => {
  it('goes to the administrator of the image, and nowhere else', async () => {
    await api.call('image.set', { ref: 'tiny', properties: { os_admin_user: 'debian' } });
    const seen: unknown[] = [];
    const heard = api.database.subscribe((event) => seen.push(event));
    const after = await api.call('instance.setPassword', { ref: 'web', password: 'open sesame' });
    heard[Symbol.dispose]();
    expect(after).toMatchObject({ taskState: null, vmState: 'active' });
    expect([...(fake.domains.get(id)?.passwords ?? [])]).toEqual([['debian', 'open sesame']]);
    const states = seen.map((event) => JSON.stringify(event)).join('\n');
    expect(states).toContain('updating_password');
    expect(states).not.toContain('open sesame');
    expect(stored()).not.toContain('sesame');
    expect((await actions())[0]).toMatchObject({ action: 'set_password', result: 'success', user: 'me' });
    expect((await actions())[0]?.events).toMatchObject([
      { name: 'set_password', host: 'one', result: 'success' },
    ]);
  });

  it('is for root where the image names nobody, and for whom it is asked', async () => {
    await api.call('instance.setPassword', { ref: 'web', password: 'a' });
    await api.call('instance.setPassword', { ref: 'web', password: 'b', user: 'an' });
    expect([...(fake.domains.get(id)?.passwords ?? [])]).toEqual([
      ['root', 'a'],
      ['an', 'b'],
    ]);
  });

  it('that the guest does not take leaves the instance as it was', async () => {
    fake.faults.fail(
      'setUserPassword',
      new ExpectedError('libvirt.timeout', 'The guest agent does not answer'),
    );
    const failing = api.call('instance.setPassword', { ref: 'web', password: 'a' });
    await expect(failing).rejects.toMatchObject({ code: 'libvirt.timeout' });
    expect(await api.call('instance.show', { ref: id })).toMatchObject({
      taskState: null,
      vmState: 'active',
    });
    expect((await actions())[0]).toMatchObject({
      result: 'error',
      message: 'The guest agent does not answer',
    });
  });

  it('that meets the mark of another Micronova is how that is learnt of', async () => {
    const other = { id: '00000000-0000-4000-8000-00000000000a', name: 'an@other', generation: 2 };
    fake.faults.fail('setUserPassword', takenOver('micronova-web', other));
    const failing = api.call('instance.setPassword', { ref: 'web', password: 'a' });
    await expect(failing).rejects.toMatchObject({ code: 'instance.taken_over' });
    expect(await api.call('instance.show', { ref: id })).toMatchObject({
      taskState: null,
      takenOver: { by: 'an@other' },
    });
  });

  it.each([
    ['password', { password: '' }],
    ['password', { password: 'a\nroot:b' }],
    ['password', { password: 'a\u0000b' }],
    ['user', { password: 'a', user: 'a:b' }],
  ])('refuses a %s that is no such thing, and never repeats it', async (field, more) => {
    const failing = api.raw('instance.setPassword', { ref: 'web', ...more });
    await expect(failing).rejects.toMatchObject({ code: 'bad_input', field });
    expect(fake.calls).toEqual([]);
  });

  it('without the host is refused, and the instance is free again', async () => {
    api.drivers.clear();
    const failing = api.call('instance.setPassword', { ref: 'web', password: 'a' });
    await expect(failing).rejects.toMatchObject({ code: 'host.unavailable' });
    expect(await api.call('instance.show', { ref: id })).toMatchObject({ taskState: null });
  });

  it('keeps others out while it is on its way, and lets a reset have the last word', async () => {
    const hang = fake.faults.hang('setUserPassword');
    const asked = api.call('instance.setPassword', { ref: 'web', password: 'a' });
    await hang.reached;
    expect(await api.call('instance.show', { ref: id })).toMatchObject({ status: 'PASSWORD' });
    await expect(api.call('instance.stop', { ref: id })).rejects.toMatchObject({
      code: 'instance.invalid_state',
    });
    await api.call('instance.resetState', { ref: id, state: 'active' });
    await api.call('instance.stop', { ref: id });
    hang.release();
    expect(await asked).toMatchObject({ taskState: 'powering-off' });
  });

  it('that nobody waits for any more is swept away at the next start', async () => {
    const hang = fake.faults.hang('setUserPassword');
    void api.call('instance.setPassword', { ref: 'web', password: 'a' }).catch(() => undefined);
    await hang.reached;
    api.database.write(sweepPasswords);
    expect(await api.call('instance.show', { ref: id })).toMatchObject({ taskState: null });
    expect((await actions())[0]).toMatchObject({
      action: 'set_password',
      result: 'error',
      events: [{ result: 'error' }],
    });
    hang.release();
  });
});

describe('a lock', () => {
  it('says who and why, until it is taken off; both are on record', async () => {
    const locked = await api.call('instance.lock', { ref: 'web', reason: 'in use' });
    expect(locked.lock).toMatchObject({ by: 'me', reason: 'in use' });
    expect((await api.call('instance.unlock', { ref: 'web' })).lock).toBeNull();
    expect((await actions()).map(({ action, result }) => [action, result])).toEqual(
      expect.arrayContaining([
        ['unlock', 'success'],
        ['lock', 'success'],
      ]),
    );
  });
});

describe('a reset', () => {
  it('of the state frees what is stuck, and leads out of a soft deletion', async () => {
    api.database.write((tx) =>
      transition(tx, id, {
        set: {
          vmState: 'soft-delete',
          taskState: 'restoring',
          reclaimAt: '2026-01-01T00:00:00.000Z',
          deletedFrom: 'active',
        },
      }),
    );
    const reset = await api.call('instance.resetState', { ref: 'web', state: 'active' });
    expect(reset).toMatchObject({ vmState: 'active', taskState: null, reclaimAt: null });
    expect(getInstanceRecord(api.database, id)?.deletedFrom).toBeNull();
  });
});

describe('setting', () => {
  it('changes what is named and nothing else', async () => {
    const set = { ref: 'web', description: 'of the shop', tags: ['a', 'b'], hostname: 'shop-1' };
    expect(await api.call('instance.set', set)).toMatchObject({
      name: 'web',
      description: 'of the shop',
      tags: ['a', 'b'],
      hostname: 'shop-1',
      metadata: {},
    });
    expect(await api.call('instance.set', { ref: 'web', description: null, tags: [] })).toMatchObject({
      description: null,
      tags: [],
      hostname: 'shop-1',
    });
  });

  it.each([
    [{ tags: ['a/b'] }, 'tags.0'],
    [{ tags: ['a', 'a'] }, 'tags'],
    [{ tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }, 'tags'],
    [{ hostname: 'Not A Name' }, 'hostname'],
  ])('refuses %j', async (change, field) => {
    await expect(api.raw('instance.set', { ref: 'web', ...change })).rejects.toMatchObject({
      code: 'bad_input',
      field,
    });
  });
});

describe('a rescue and a rebuild', () => {
  it('take the image of the instance where none is named, and refuse one that is not there', async () => {
    api.addImage({ name: 'saving', status: 'saving' });
    const bad = (method: string, image: string) => api.raw(method, { ref: 'web', image });
    for (const method of ['instance.rescue', 'instance.rebuild']) {
      await expect(bad(method, 'no')).rejects.toMatchObject({ code: 'image.not_found', field: 'image' });
      await expect(bad(method, 'saving')).rejects.toMatchObject({ code: 'image.not_active' });
    }
    await api.call('instance.rescue', { ref: 'web' });
  });

  it('of one without an image ask for one', async () => {
    api.database.write((tx) => transition(tx, id, { set: { imageId: null } }));
    await expect(api.call('instance.rescue', { ref: 'web' })).rejects.toMatchObject({
      code: 'bad_input',
      field: 'image',
    });
    await api.call('instance.rescue', { ref: 'web', image: 'tiny' });
  });

  it('keep to the flavor, and take new user data', async () => {
    api.addImage({ name: 'large', virtualSize: 2 * 1024 ** 3 });
    await expect(api.call('instance.rebuild', { ref: 'web', image: 'large' })).rejects.toMatchObject({
      code: 'bad_input',
    });
    await api.call('instance.rebuild', { ref: 'web', userData: 'aGVs\nbG8=' });
    expect(getInstanceRecord(api.database, id)?.userData).toBe('aGVsbG8=');
  });

  it('ask the host of the instance whether it can run the image of a rebuild', async () => {
    api.database.write((tx) => updateHost(tx, hostId, { facts: { ...fake.facts } }));
    const { id: odd } = api.addImage({ name: 'odd' });
    await api.call('image.set', { ref: odd, properties: { hw_machine_type: 'virt' } });
    await expect(api.call('instance.rebuild', { ref: 'web', image: 'odd' })).rejects.toMatchObject({
      code: 'not_supported',
      field: 'image',
      message: expect.stringContaining('“web” cannot have the image “odd” on one: the image wants'),
      remedy: expect.any(String),
    });
    expect(await api.call('instance.show', { ref: 'web' })).toMatchObject({ taskState: null });
  });

  it('differ on what was adopted: its disks are not replaced', async () => {
    api.database.write((tx) =>
      tx.run(q.updateTable('instances').set({ origin: 'adopted', image_id: null }).where('id', '=', id)),
    );
    // Also where no image is named: there is none that would do.
    for (const image of ['tiny', undefined]) {
      await expect(api.call('instance.rebuild', { ref: 'web', image })).rejects.toMatchObject({
        code: 'not_supported',
        message: expect.stringContaining('adopted'),
        remedy: expect.any(String),
      });
    }
    await api.call('instance.rescue', { ref: 'web', image: 'tiny' });
  });
});

describe('deleting', () => {
  it('softly what was never built is deleting it', async () => {
    api.database.write((tx) => transition(tx, id, { set: { vmState: 'error', hostId: null } }));
    expect(await api.call('instance.delete', { ref: 'web', soft: true })).toMatchObject({
      instance: { taskState: 'deleting' },
    });
  });

  it('by force takes over from a deletion that is under way', async () => {
    const first = await api.call('instance.delete', { ref: 'web' });
    const forced = await api.call('instance.forceDelete', { ref: 'web' });
    expect(forced.taskId).not.toBe(first.taskId);
    expect(await api.call('task.show', { id: forced.taskId })).toMatchObject({
      kind: 'instance.forceDelete',
    });
  });

  it('by force twice is one deletion', async () => {
    const first = await api.call('instance.forceDelete', { ref: 'web' });
    expect((await api.call('instance.forceDelete', { ref: 'web' })).taskId).toBe(first.taskId);
    expect((await api.call('instance.delete', { ref: 'web' })).taskId).toBe(first.taskId);
  });
});

it('diagnostics come from the host', async () => {
  expect(await api.call('instance.diagnostics', { ref: 'web' })).toMatchObject({
    powerState: 'RUNNING',
    cpus: [{ id: 0 }],
  });
});
