import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../tests/fakes/api.ts';
import { ADMIN_PROJECT, type Instance, type Project } from '../contract/index.ts';
import { markDeleted, transition } from '../state/instance-changes.ts';
import { q } from '../state/query.ts';

let api: Api;
beforeEach(async () => {
  api = openApi();
  api.addHost();
  api.addImage();
  await api.addFlavor();
});
afterEach(() => api[Symbol.dispose]());

const refused = (code: string, details?: Record<string, unknown>) =>
  expect.objectContaining({ code, remedy: expect.any(String), ...(details && { details }) });

const launch = (project: string, count = 1, more = {}) =>
  api.call('instance.create', {
    name: 'web',
    flavor: 'm1.tiny',
    image: 'tiny',
    project,
    count,
    ...more,
  });

const create = (quota: Partial<Project['quota']> = {}, name = 'dev') =>
  api.call('project.create', { name, quota });

describe('a project', () => {
  it('starts with the quota that Nova gives, but for what was said', async () => {
    const dev = await create({ instances: 3 });
    expect(dev).toMatchObject({ name: 'dev', enabled: true, description: null });
    expect(dev.quota).toEqual({
      instances: 3,
      cores: 20,
      ram: 51_200,
      keyPairs: 100,
      serverGroups: 10,
      serverGroupMembers: 10,
      metadataItems: 128,
    });
    const names = (await api.call('project.list', {})).map(({ name }) => name);
    expect(names).toEqual(['admin', 'dev']);
    expect(api.events.at(-1)).toEqual({ type: 'project.changed', value: dev });
  });

  it('is changed in part, by name or id, and its instances tell its new name', async () => {
    const dev = await create({ cores: 7 });
    const [one] = await launch('dev');
    const changed = await api.call('project.set', {
      ref: dev.id,
      name: 'test',
      description: 'for trials',
      quota: { instances: -1 },
    });
    expect(changed).toMatchObject({ name: 'test', description: 'for trials', enabled: true });
    expect(changed.quota).toMatchObject({ instances: -1, cores: 7 });
    expect(api.events.at(-1)).toMatchObject({
      type: 'instance.changed',
      value: { id: one?.instance.id, projectName: 'test' },
    });
    expect((await api.call('project.set', { ref: 'test', description: null })).description).toBeNull();
    expect(changed.revision).toBeGreaterThan(dev.revision);
  });

  it.each([
    [{ name: 'admin' }, 'name_taken'],
    [{ name: '' }, 'bad_input'],
    [{ name: 'x', quota: { instances: -2 } }, 'bad_input'],
    [{ name: 'x', quota: { instances: 1.5 } }, 'bad_input'],
    [{ name: 'x', quota: { floatingIps: 1 } }, 'bad_input'],
  ])('%j is refused', async (input, code) => {
    await expect(api.raw('project.create', input)).rejects.toEqual(refused(code));
  });

  it('that is not there is said so', async () => {
    for (const method of ['project.set', 'project.delete', 'project.usage']) {
      await expect(api.raw(method, { ref: 'nobody' })).rejects.toEqual(refused('project.not_found'));
    }
    await expect(launch('nobody')).rejects.toEqual(
      expect.objectContaining({ code: 'project.not_found', field: 'project' }),
    );
  });

  it('owns what is launched in it; what names none goes to admin', async () => {
    const dev = await create();
    const [one] = await launch('dev');
    const [other] = await api.call('instance.create', { name: 'b', flavor: 'm1.tiny', image: 'tiny' });
    expect(one?.instance).toMatchObject({ projectId: dev.id, projectName: 'dev' });
    expect(other?.instance).toMatchObject({ projectId: ADMIN_PROJECT, projectName: 'admin' });
    expect(await api.call('project.usage', { ref: 'dev' })).toEqual({
      instances: 1,
      cores: 1,
      ram: 512,
      keyPairs: 0,
      serverGroups: 0,
    });
  });

  it('gets nothing new while it is disabled', async () => {
    await create();
    await api.call('project.set', { ref: 'dev', enabled: false });
    await expect(launch('dev')).rejects.toEqual(refused('project.disabled', { project: 'dev' }));
    expect(await api.call('instance.list', {})).toEqual([]);
    await api.call('project.set', { ref: 'dev', enabled: true });
    await launch('dev');
  });

  it('is deleted only once nothing is in it, and never if it is admin', async () => {
    const dev = await create();
    const [one] = await launch('dev');
    await expect(api.call('project.delete', { ref: 'dev' })).rejects.toEqual(
      refused('project.in_use', { instances: 1, serverGroups: 0 }),
    );
    api.database.write((tx) => markDeleted(tx, one?.instance.id ?? ''));
    await api.call('serverGroup.create', { name: 'g', policy: 'affinity', project: 'dev' });
    await expect(api.call('project.delete', { ref: 'dev' })).rejects.toEqual(
      refused('project.in_use', { instances: 0, serverGroups: 1 }),
    );
    await api.call('serverGroup.delete', { ref: 'g' });
    expect(await api.call('project.delete', { ref: 'dev' })).toEqual({ id: dev.id });
    expect(api.events.at(-1)).toMatchObject({ type: 'deleted', resource: 'project', id: dev.id });
    await expect(api.call('project.delete', { ref: ADMIN_PROJECT })).rejects.toEqual(
      refused('project.in_use'),
    );
    expect((await api.call('project.list', {})).map(({ name }) => name)).toEqual(['admin']);
  });
});

describe('a quota', () => {
  it.each([
    ['instances', { instances: 3 }],
    ['cores', { cores: 3 }],
    ['ram', { ram: 3 * 512 + 511 }],
  ] as const)('of %s is for the whole batch, and may be used up to the last', async (resource, quota) => {
    await create(quota);
    await launch('dev');
    await expect(launch('dev', 3)).rejects.toMatchObject({
      code: 'quota_exceeded',
      details: { resource, project: 'dev' },
    });
    expect(await api.call('instance.list', {})).toHaveLength(1);
    expect(await api.call('task.list', {})).toHaveLength(1);
    await launch('dev', 2);
    await expect(launch('dev')).rejects.toMatchObject({ details: { resource } });
  });

  it('refuses in words that name project, resource, limit, use and what was asked for', async () => {
    await create({ ram: 1024 });
    await launch('dev');
    await expect(launch('dev', 2)).rejects.toMatchObject({
      message: 'The project “dev” may have 1024 MiB of RAM: 512 in use, 1024 more asked for.',
      remedy: expect.stringMatching(/smaller flavor.*raise the quota/) as string,
      details: { resource: 'ram', limit: 1024, used: 512, asked: 1024, project: 'dev' },
    });
  });

  it('of 0 lets nothing in, and of −1 everything', async () => {
    await create({ instances: 0 });
    await expect(launch('dev')).rejects.toEqual(
      refused('quota_exceeded', { resource: 'instances', limit: 0, used: 0, asked: 1, project: 'dev' }),
    );
    await api.call('project.set', { ref: 'dev', quota: { instances: -1, cores: -1, ram: -1 } });
    await launch('dev', 100);
    await launch('admin', 100);
  });

  it('counts what is softly deleted, and not what is gone for good', async () => {
    await create({ instances: 1 });
    const [one] = await launch('dev');
    const id = one?.instance.id ?? '';
    api.database.write((tx) => transition(tx, id, { set: { vmState: 'soft-delete', taskState: null } }));
    await expect(launch('dev')).rejects.toMatchObject({ code: 'quota_exceeded' });
    api.database.write((tx) => markDeleted(tx, id));
    await launch('dev');
  });

  it('lowered below what is in use takes nothing away and lets nothing in', async () => {
    await create();
    await launch('dev', 3);
    await api.call('project.set', { ref: 'dev', quota: { instances: 1 } });
    expect(await api.call('project.usage', { ref: 'dev' })).toMatchObject({ instances: 3 });
    await expect(launch('dev')).rejects.toMatchObject({ details: { limit: 1, used: 3, asked: 1 } });
  });

  it('is not stopped from counting by a row that is damaged', async () => {
    await create({ instances: 2 });
    const [one] = await launch('dev');
    api.database.write((tx) =>
      tx.run(
        q
          .updateTable('instances')
          .set({ flavor_json: '{' })
          .where('id', '=', one?.instance.id ?? ''),
      ),
    );
    expect(await api.call('project.usage', { ref: 'dev' })).toMatchObject({ instances: 1, cores: 0, ram: 0 });
  });

  it('of one project is not used up by another', async () => {
    await create({ instances: 1 });
    await create({ instances: 1 }, 'other');
    await launch('dev');
    await launch('other');
    expect(await api.call('project.usage', { ref: 'other' })).toMatchObject({ instances: 1 });
  });

  it('of metadata items is for each instance, at launch and later; what is there may shrink', async () => {
    await create({ metadataItems: 2 });
    const metadata = { a: '1', b: '2' };
    await expect(launch('dev', 1, { metadata: { ...metadata, c: '3' } })).rejects.toMatchObject({
      details: { resource: 'metadataItems', limit: 2, used: 0, asked: 3 },
    });
    await launch('dev', 1, { metadata });
    const set = (change: object): Promise<Instance> => api.call('instance.set', { ref: 'web', ...change });
    api.database.write((tx) => tx.run(q.updateTable('instances').set({ task_state: null })));
    await expect(set({ metadata: { c: '3' } })).rejects.toMatchObject({
      details: { resource: 'metadataItems', limit: 2, used: 2, asked: 1 },
    });
    expect((await set({ metadata: { c: '3' }, unsetMetadata: ['a'] })).metadata).toEqual({ b: '2', c: '3' });
    await api.call('project.set', { ref: 'dev', quota: { metadataItems: 0 } });
    expect((await set({ unsetMetadata: ['b'] })).metadata).toEqual({ c: '3' });
    expect((await set({ metadata: { c: '4' } })).metadata).toEqual({ c: '4' });
  });

  it('of key pairs is that of admin', async () => {
    await api.call('project.set', { ref: 'admin', quota: { keyPairs: 1 } });
    await api.call('keypair.create', { name: 'one' });
    await expect(api.call('keypair.create', { name: 'two' })).rejects.toEqual(
      refused('quota_exceeded', { resource: 'keyPairs', limit: 1, used: 1, asked: 1, project: 'admin' }),
    );
    expect(await api.call('project.usage', { ref: 'admin' })).toMatchObject({ keyPairs: 1 });
  });

  it('of server groups and of their members', async () => {
    await create({ serverGroups: 1, serverGroupMembers: 2 });
    const group = { policy: 'soft-affinity', project: 'dev' } as const;
    await api.call('serverGroup.create', { ...group, name: 'g' });
    await expect(api.call('serverGroup.create', { ...group, name: 'h' })).rejects.toEqual(
      refused('quota_exceeded', { resource: 'serverGroups', limit: 1, used: 1, asked: 1, project: 'dev' }),
    );
    await launch('dev', 1, { group: 'g' });
    await expect(launch('dev', 2, { group: 'g' })).rejects.toEqual(
      refused('quota_exceeded', {
        resource: 'serverGroupMembers',
        limit: 2,
        used: 1,
        asked: 2,
        project: 'dev',
      }),
    );
    await launch('dev', 1, { group: 'g' });
    await launch('dev');
    await expect(launch('dev', 1, { hints: { group: 'g' } })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
  });

  it('is told by a preview, too, where there would be room', async () => {
    await create({ instances: 1 });
    const question = { flavor: 'm1.tiny', image: 'tiny', project: 'dev' };
    expect((await api.call('instance.preview', question)).shortfall).toBeNull();
    expect(await api.call('instance.preview', { ...question, count: 2 })).toMatchObject({
      fitting: 2,
      shortfall: { code: 'quota_exceeded', details: { resource: 'instances' } },
    });
    await api.call('project.set', { ref: 'dev', enabled: false });
    await expect(api.call('instance.preview', question)).rejects.toMatchObject({ code: 'project.disabled' });
  });
});
