import { describe, expect, it } from 'vitest';
import {
  ADMIN_PROJECT,
  type Aggregate,
  type Output,
  type ServerGroup,
  type Settings,
} from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { aHost, anInstance, UUID } from './test-objects.ts';

const AT = '2026-01-31T12:00:00.000Z';
const HOSTS = { 'host.list': () => [aHost()] };

const aggregate: Aggregate = {
  id: '66666666-6666-4666-8666-666666666666',
  name: 'rack 1',
  availabilityZone: 'rack-1',
  metadata: { disk: 'ssd' },
  hostIds: [UUID.host],
  createdAt: AT,
  revision: 1,
};

const group: ServerGroup = {
  id: '77777777-7777-4777-8777-777777777777',
  name: 'db',
  policy: 'anti-affinity',
  maxServerPerHost: 2,
  projectId: ADMIN_PROJECT,
  memberIds: [UUID.instance],
  createdAt: AT,
  revision: 1,
};

const preview: Output<'instance.preview'> = {
  selected: UUID.host,
  alternates: [],
  hosts: [
    {
      hostId: UUID.host,
      hostName: 'lab1',
      accepted: true,
      filter: null,
      reason: null,
      weight: 1.5,
      weighers: [{ name: 'RAM', raw: 10, normalized: 0.5, multiplier: 3 }],
    },
  ],
  omitted: 7,
  counts: [],
  notes: ['The hint “colour” is not known, and has no effect.'],
  fitting: 2,
  placements: [{ hostId: UUID.host, hostName: 'lab1', instances: 2 }],
  shortfall: { code: 'scheduler.no_valid_host', message: 'No valid host was found. lab1: full.' },
};

const settings: Settings = {
  theme: 'system',
  language: 'system',
  linkTimeout: 10_000,
  reclaimInterval: 900,
  backupsKept: 7,
  scheduler: {
    enabledFilters: ['Compute', 'Json'],
    multipliers: { RAM: 2, CPU: 0 },
    hostSubsetSize: 1,
    maxAttempts: 3,
    maxInstancesPerHost: 50,
    maxIoOpsPerHost: 8,
  },
};

const run = (plane: FakePlane, line: string, ...more: string[]) =>
  runFake(plane, [...line.split(' '), ...more]);

describe('aggregate', () => {
  const plane = () =>
    new FakePlane({
      ...HOSTS,
      'aggregate.list': () => [aggregate],
      'aggregate.create': () => aggregate,
      'aggregate.set': () => aggregate,
      'aggregate.delete': () => ({ id: aggregate.id }),
    });

  it('create hands over name, zone and metadata, and shows the hosts by name', async () => {
    const fake = plane();
    const { code, out } = await run(
      fake,
      'aggregate create -f json --zone rack-1 --property disk=ssd',
      'rack 1',
    );
    expect(code).toBe(0);
    expect(fake.inputs('aggregate.create')).toEqual([
      { name: 'rack 1', availabilityZone: 'rack-1', metadata: { disk: 'ssd' }, hosts: [] },
    ]);
    expect(JSON.parse(out)).toMatchObject({ hosts: ['lab1'], properties: { disk: 'ssd' } });
  });

  it.each([
    [
      'aggregate set --name b --zone z --property a=1 x',
      { ref: 'x', name: 'b', availabilityZone: 'z', metadata: { a: '1' } },
    ],
    ['aggregate unset --property a --property b x', { ref: 'x', unsetMetadata: ['a', 'b'] }],
    ['aggregate unset --zone x', { ref: 'x', unsetMetadata: [], availabilityZone: null }],
    ['aggregate add host x lab1', { ref: 'x', addHosts: ['lab1'] }],
    ['aggregate remove host x lab1', { ref: 'x', removeHosts: ['lab1'] }],
  ])('%s', async (line, input) => {
    const fake = plane();
    expect((await run(fake, line)).code).toBe(0);
    expect(fake.inputs('aggregate.set')).toMatchObject([input]);
  });

  it('list, show and delete', async () => {
    expect((await run(plane(), 'aggregate list -f value')).out).toBe(`${aggregate.id} rack 1 rack-1\n`);
    const long = JSON.parse((await run(plane(), 'aggregate list --long -f json')).out);
    expect(long).toMatchObject([{ Properties: { disk: 'ssd' }, Hosts: ['lab1'] }]);
    expect((await run(plane(), 'aggregate show -f value -c id', 'rack 1')).out).toBe(`${aggregate.id}\n`);
    expect(await run(plane(), 'aggregate show no')).toMatchObject({
      code: 1,
      err: expect.stringContaining('“no”'),
    });
    const fake = plane();
    await run(fake, 'aggregate delete a b');
    expect(fake.inputs('aggregate.delete')).toEqual([{ ref: 'a' }, { ref: 'b' }]);
  });

  it.each(['aggregate set x', 'aggregate unset x', 'aggregate add host x', 'aggregate create'])(
    '%s is wrongly typed',
    async (line) => {
      const fake = plane();
      expect(await run(fake, line)).toMatchObject({ code: 2, out: '' });
      expect(fake.calls).toEqual([]);
    },
  );
});

describe('availability zone list', () => {
  it('has the words of the openstack client', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'availabilityZone.list': () => [
        { name: 'nova', available: true, hostIds: [UUID.host] },
        { name: 'x', available: false, hostIds: [] },
      ],
    });
    expect((await run(plane, 'availability zone list -f value')).out).toBe(
      'nova available\nx not available\n',
    );
    expect((await run(plane, 'availability zone list --long -f json')).out).toContain('lab1');
  });
});

describe('server group', () => {
  const plane = () =>
    new FakePlane({
      'serverGroup.list': () => [group],
      'serverGroup.create': () => group,
      'serverGroup.delete': ({ ref }) => {
        if (ref === 'used') throw new ExpectedError('server_group.in_use', '“used” has members: “web”.');
        return { id: group.id };
      },
    });

  it('create hands over policy and rule', async () => {
    const fake = plane();
    const line = 'server group create --policy anti-affinity --rule max_server_per_host=2 -f json db';
    expect(JSON.parse((await run(fake, line)).out)).toMatchObject({ rules: { max_server_per_host: 2 } });
    await run(fake, 'server group create --project lab web');
    expect(fake.inputs('serverGroup.create')).toEqual([
      { name: 'db', policy: 'anti-affinity', maxServerPerHost: 2 },
      { name: 'web', policy: 'affinity', project: 'lab' },
    ]);
  });

  it('list, show and delete', async () => {
    expect((await run(plane(), 'server group list -f value')).out).toBe(`${group.id} db anti-affinity\n`);
    expect((await run(plane(), 'server group show -f value -c members db')).out).toBe(`${UUID.instance}\n`);
    const { code, err } = await run(plane(), 'server group delete used free');
    expect(code).toBe(1);
    expect(err).toContain('has members');
  });

  it.each([
    ['server group create --policy near x', 'Allowed choices'],
    ['server group create --rule depth=1 x', 'no rule “depth”'],
    ['server group create --rule max_server_per_host=few x', 'whole number'],
  ])('%s is wrongly typed', async (line, words) => {
    const { code, err } = await run(plane(), line);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});

describe('server create', () => {
  const accepted = { instance: anInstance(), taskId: UUID.task };
  const WHERE =
    '--availability-zone z --server-group db --hint a=1 --hint b=x=y --hint b=2 --host lab1 --force-host';
  const expected = {
    availabilityZone: 'z',
    group: 'db',
    hints: { a: '1', b: ['x=y', '2'] },
    host: 'lab1',
    hostChecks: false,
  };

  it('hands over zone, group, hints and the forced host, for a launch as for the question', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'instance.create': () => [accepted],
      'instance.preview': () => ({ ...preview, shortfall: null }),
    });
    const line = `server create --flavor f --image i ${WHERE} web`;
    expect((await run(plane, line)).code).toBe(0);
    expect((await run(plane, `${line} --dry-run`)).code).toBe(0);
    expect(plane.inputs('instance.create')).toMatchObject([expected]);
    expect(plane.inputs('instance.preview')).toMatchObject([expected]);
  });

  it('--dry-run shows the decision with its notes, and what is not listed', async () => {
    const plane = new FakePlane({ ...HOSTS, 'instance.preview': () => preview });
    const { code, out, err } = await run(plane, 'server create --flavor f --image i --max 3 --dry-run web');
    expect(code).toBe(1);
    expect(out).toMatch(/lab1 +\| True +\| +1.5 /);
    for (const words of [
      '“colour” is not known',
      '7 more hosts',
      '2 of 3 would find room: 2 on lab1.',
      'lab1: full',
    ])
      expect(err).toContain(words);
    const weighers = await run(
      plane,
      'server create --flavor f --image i --dry-run web -f value -c Weighers',
    );
    expect(weighers.out).toBe('RAM 1.5\n');
  });

  it.each([
    ['--force-host', '--force-host needs --host'],
    ['--hint colour', '--hint takes KEY=VALUE'],
  ])('%s is wrongly typed', async (option, words) => {
    const plane = new FakePlane(HOSTS);
    const { code, err } = await run(plane, `server create --flavor f --image i ${option} web`);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(plane.calls).toEqual([]);
  });
});

describe('server decision', () => {
  const { fitting: _fitting, placements: _placements, shortfall: _shortfall, ...decision } = preview;

  it('shows the latest with its notes, or says that there is none', async () => {
    const plane = new FakePlane({ 'instance.decision': () => decision });
    const { out, err } = await run(plane, 'server decision -f value -c Host -c Weight web');
    expect(out).toBe('lab1 1.5\n');
    expect(err).toContain('“colour” is not known');
    const none = await run(new FakePlane({ 'instance.decision': () => null }), 'server decision web');
    expect(none.err).toContain('has not decided yet');
  });

  it('--all lists what was ever decided', async () => {
    const record = { at: AT, requestId: 'req-1', action: 'evacuate', decision };
    const plane = new FakePlane({ 'instance.decisions': () => [record] });
    const { out } = await run(plane, 'server decision --all -f json web');
    expect(JSON.parse(out)).toMatchObject([
      { Action: 'evacuate', Selected: 'lab1', Accepted: 1, Refused: 0 },
    ]);
  });
});

describe('scheduler', () => {
  it('part list explains each', async () => {
    const plane = new FakePlane({
      'scheduler.parts': () => [
        {
          name: 'RAM',
          kind: 'weigher',
          description: 'More free memory is better.',
          enabled: true,
          multiplier: 2,
          defaultMultiplier: 1,
          enabledByDefault: true,
          reads: ['ram_weight_multiplier'],
        },
      ],
    });
    expect(JSON.parse((await run(plane, 'scheduler part list -f json')).out)).toEqual([
      {
        Kind: 'weigher',
        Name: 'RAM',
        Enabled: true,
        Multiplier: 2,
        Default: 1,
        Description: 'More free memory is better.',
        Reads: ['ram_weight_multiplier'],
      },
    ]);
  });

  it('room says how many would fit and what stops the next', async () => {
    const plane = new FakePlane({ ...HOSTS, 'scheduler.room': () => preview });
    const { code, out } = await run(plane, 'scheduler room --flavor f --server-group db --hint a=1 -f json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ fitting: 2, shortfall: 'No valid host was found. lab1: full.' });
    expect(plane.inputs('scheduler.room')).toEqual([{ flavor: 'f', group: 'db', hints: { a: '1' } }]);
  });

  it('without host says where each would go', async () => {
    const base = { instanceId: UUID.instance, hostId: UUID.host, hostName: 'lab2', reason: null };
    const plane = new FakePlane({
      ...HOSTS,
      'scheduler.withoutHost': () => ({
        hostId: UUID.host,
        hostName: 'lab1',
        refuges: [
          { ...base, instanceName: 'web' },
          { ...base, instanceName: 'db', hostId: null, hostName: null, reason: 'lab2: full' },
        ],
      }),
    });
    const { out, err } = await run(plane, 'scheduler without host lab1 -f value');
    expect(out).toBe('web lab2 None\ndb None lab2: full\n');
    expect(err).toContain('1 of 2 would find no place.');
  });

  const settable = () => new FakePlane({ 'settings.get': () => settings, 'settings.set': () => settings });

  it.each([
    ['--enable-filter SameHost --disable-filter Json', { enabledFilters: ['Compute', 'SameHost'] }],
    ['--multiplier CPU=-1.5 --unset-multiplier RAM', { multipliers: { CPU: -1.5 } }],
    [
      '--host-subset-size 2 --max-attempts 4 --max-instances-per-host 5 --max-io-ops-per-host 6',
      { hostSubsetSize: 2, maxAttempts: 4, maxInstancesPerHost: 5, maxIoOpsPerHost: 6 },
    ],
  ])('set %s', async (options, scheduler) => {
    const plane = settable();
    expect((await run(plane, `scheduler set ${options}`)).code).toBe(0);
    expect(plane.inputs('settings.set')).toEqual([{ scheduler }]);
  });

  it('show has the names of Nova', async () => {
    const { out } = await run(settable(), 'scheduler show -f json');
    expect(JSON.parse(out)).toMatchObject({ host_subset_size: 1, multipliers: { RAM: 2, CPU: 0 } });
  });

  it.each([
    ['scheduler set', 'nothing to set'],
    ['scheduler set --multiplier RAM=heavy', 'WEIGHER=NUMBER'],
    ['scheduler set --max-attempts many', 'whole number'],
    ['scheduler room', '--flavor'],
  ])('%s is wrongly typed', async (line, words) => {
    const plane = settable();
    const { code, err } = await run(plane, line);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(plane.inputs('settings.set')).toEqual([]);
  });
});
