import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADMIN_PROJECT, type Backup, type Project, type Settings } from '../contract/index.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { anInstance, UUID } from './test-objects.ts';

const AT = '2026-01-31T12:00:00.000Z';

const aProject = (change: Partial<Project> = {}): Project => ({
  id: ADMIN_PROJECT,
  name: 'admin',
  description: null,
  enabled: true,
  quota: {
    instances: -1,
    cores: -1,
    ram: -1,
    keyPairs: 100,
    serverGroups: -1,
    serverGroupMembers: -1,
    metadataItems: 128,
  },
  createdAt: AT,
  revision: 0,
  ...change,
});

const quota = {
  instances: 10,
  cores: 20,
  ram: 51_200,
  keyPairs: 100,
  serverGroups: 10,
  serverGroupMembers: 10,
  metadataItems: 128,
};
const dev = aProject({ id: UUID.image, name: 'dev', description: 'for trials', enabled: false, quota });

const plane = () =>
  new FakePlane({
    'project.list': () => [aProject(), dev],
    'project.usage': () => ({ instances: 2, cores: 4, ram: 1024, keyPairs: 0, serverGroups: 1 }),
    'project.create': ({ name }) => aProject({ id: UUID.image, name }),
    'project.set': () => dev,
    'project.delete': ({ ref }) => ({ id: ref }),
  });

describe('project', () => {
  it('lists and shows, by name or id', async () => {
    expect((await runFake(plane(), ['project', 'list', '-f', 'value'])).out).toBe(
      `${ADMIN_PROJECT} admin\n${UUID.image} dev\n`,
    );
    const { out } = await runFake(plane(), ['project', 'list', '--long', '-f', 'csv', '--quote', 'none']);
    expect(out.split('\n')[2]).toBe(`${UUID.image},dev,for trials,False`);
    for (const ref of ['dev', UUID.image]) {
      const shown = await runFake(plane(), ['project', 'show', ref, '-f', 'json']);
      expect(JSON.parse(shown.out)).toMatchObject({ name: 'dev', enabled: false, id: UUID.image });
    }
    expect(await runFake(plane(), ['project', 'show', 'x'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no project “x”') as string,
    });
  });

  it('is created, changed and deleted', async () => {
    const fake = plane();
    expect((await runFake(fake, ['project', 'create', 'new', '--description', 'd'])).code).toBe(0);
    expect(fake.inputs('project.create')).toEqual([{ name: 'new', description: 'd', quota: {} }]);
    expect(fake.inputs('project.set')).toEqual([]);
    await runFake(fake, ['project', 'create', 'new', '--disable']);
    await runFake(fake, ['project', 'set', 'dev', '--name', 'x', '--enable']);
    expect(fake.inputs('project.set')).toEqual([
      { ref: UUID.image, enabled: false },
      { ref: 'dev', name: 'x', enabled: true },
    ]);
    expect((await runFake(fake, ['project', 'set', 'dev'])).code).toBe(2);
    expect((await runFake(fake, ['project', 'set', 'dev', '--enable', '--disable'])).code).toBe(2);
    expect((await runFake(fake, ['project', 'delete', 'a', 'b'])).code).toBe(0);
    expect(fake.inputs('project.delete')).toEqual([{ ref: 'a' }, { ref: 'b' }]);
  });

  it('is named at launch, and shown', async () => {
    const fake = new FakePlane({
      'host.list': () => [],
      'instance.create': () => [
        { instance: anInstance({ projectName: 'dev', projectId: UUID.image }), taskId: UUID.task },
      ],
    });
    const argv = ['server', 'create', 'w', '--flavor', 'f', '--image', 'i', '--project', 'dev', '-f', 'json'];
    expect(JSON.parse((await runFake(fake, argv)).out)).toMatchObject({ project_name: 'dev' });
    expect(fake.inputs('instance.create')).toMatchObject([{ project: 'dev' }]);
  });
});

describe('quota', () => {
  it("shows limits under the client's names, and use where it is asked for", async () => {
    const argv = ['quota', 'show', 'dev', '-f', 'value'];
    expect((await runFake(plane(), argv)).out).toContain('key-pairs 100\nproperties 128\nram 51200\n');
    expect((await runFake(plane(), [...argv, '--usage'])).out).toContain('ram 51200 1024\n');
    expect((await runFake(plane(), ['quota', 'show', '-f', 'value'])).out).toContain('cores -1\n');
  });

  it.each([
    ['--instances', 'instances'],
    ['--cores', 'cores'],
    ['--ram', 'ram'],
    ['--key-pairs', 'keyPairs'],
    ['--server-groups', 'serverGroups'],
    ['--server-group-members', 'serverGroupMembers'],
    ['--properties', 'metadataItems'],
  ])('sets %s', async (typed, resource) => {
    const fake = plane();
    expect((await runFake(fake, ['quota', 'set', 'dev', typed, '-1'])).code).toBe(0);
    expect(fake.inputs('project.set')).toEqual([{ ref: 'dev', quota: { [resource]: -1 } }]);
  });

  it.each([['-2'], ['many'], ['1.5'], ['']])('refuses “%s”', async (limit) => {
    const fake = plane();
    expect((await runFake(fake, ['quota', 'set', 'dev', '--ram', limit])).code).toBe(2);
    expect(fake.calls).toEqual([]);
  });

  it('without anything to set says so', async () => {
    expect((await runFake(plane(), ['quota', 'set', 'dev'])).code).toBe(2);
  });

  it('is also told as limits, as Nova names them', async () => {
    const argv = ['limits', 'show', '--absolute', '--project', 'dev', '-f', 'value'];
    const { out } = await runFake(plane(), argv);
    expect(out).toContain('maxTotalRAMSize 51200\n');
    expect(out).toContain('totalRAMUsed 1024\n');
    expect(out).toContain('maxServerMeta 128\n');
  });
});

describe('backup', () => {
  const one: Backup = { file: '/b/x.db', at: AT, size: 4096, reason: 'daily' };
  const backups = () =>
    new FakePlane({
      'backup.list': () => [one],
      'backup.create': () => one,
      'backup.export': () => one,
      'backup.import': () => ({ instances: 3, hosts: 2 }),
    });

  it('lists, creates, exports and imports', async () => {
    expect((await runFake(backups(), ['backup', 'list', '-f', 'value'])).out).toBe(
      `${AT} daily 4096 /b/x.db\n`,
    );
    expect((await runFake(backups(), ['backup', 'create', '-f', 'json'])).out).toContain('"reason": "daily"');
    const fake = backups();
    expect((await runFake(fake, ['backup', 'export', 'copy.db'])).code).toBe(0);
    expect(fake.inputs('backup.export')).toEqual([{ file: resolve('copy.db') }]);
    const said = await runFake(fake, ['backup', 'import', join('/', 'x.db'), '-f', 'json']);
    expect(JSON.parse(said.out)).toEqual({ hosts: 2, instances: 3 });
    expect(said.err).toContain('the next command');
  });
});

describe('settings', () => {
  const settings: Settings = {
    theme: 'system',
    language: 'system',
    linkTimeout: 10_000,
    reclaimInterval: 900,
    scheduler: {
      enabledFilters: ['Compute', 'IoOps'],
      multipliers: { RAM: 2 },
      hostSubsetSize: 1,
      maxAttempts: 3,
      maxInstancesPerHost: 50,
      maxIoOpsPerHost: 8,
    },
    backupsKept: 7,
  };
  const fake = () => new FakePlane({ 'settings.get': () => settings, 'settings.set': () => settings });

  it('are all shown', async () => {
    const { out } = await runFake(fake(), ['settings', 'show', '-f', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      backups_kept: 7,
      reclaim_interval: 900,
      scheduler_enabled_filters: ['Compute', 'IoOps'],
      scheduler_multipliers: { RAM: 2 },
    });
  });

  it.each([
    [['--backups-kept', '3', '--reclaim-interval', '60'], { backupsKept: 3, reclaimInterval: 60 }],
    [['--filter', 'Compute', '--filter', 'Json'], { scheduler: { enabledFilters: ['Compute', 'Json'] } }],
    [['--multiplier', 'CPU=-1.5'], { scheduler: { multipliers: { RAM: 2, CPU: -1.5 } } }],
    [['--default-multipliers'], { scheduler: { multipliers: {} } }],
    [['--max-attempts', '5', '--theme', 'dark'], { theme: 'dark', scheduler: { maxAttempts: 5 } }],
  ])('%j changes only that', async (typed, expected) => {
    const asked = fake();
    expect((await runFake(asked, ['settings', 'set', ...typed])).code).toBe(0);
    expect(asked.inputs('settings.set')).toEqual([expected]);
  });

  it.each([[['--multiplier', 'RAM=much']], [['--theme', 'pink']], [[]]])('%j is refused', async (typed) => {
    expect((await runFake(fake(), ['settings', 'set', ...typed])).code).toBe(2);
  });
});
