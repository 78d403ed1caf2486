import { once } from 'node:events';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Inventory } from '../lab/inventory.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { Desk } from './cli-kit.ts';

const lab = Lab.attach(inject('lab'));
const [one, two] = [lab.host(1), lab.host(2)];
let desk: Desk;
let before: Inventory[];

interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly addresses: Record<string, string[]>;
}

const me = (): string => join(desk.folder, 'me.pem');
const show = (name: string): Promise<Server> => desk.json<Server>('server', 'show', name);

beforeAll(async () => {
  desk = await Desk.create();
  before = [await one.inventory(), await two.inventory()];
});

afterAll(() => desk.remove());

describe('without another Micronova', () => {
  it('commands that start at once on a new data folder all do their work', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(names.map((name) => desk.run(['flavor', 'create', `at-once-${name}`])));
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(names.map(() => [0, '']));
    const found = await desk.do('flavor', 'list', '-f', 'value', '-c', 'Name', '--sort-column', 'Name');
    expect(found).toContain('at-once-a\nat-once-b\nat-once-c\nat-once-d\n');
    await desk.do('flavor', 'delete', ...names.map((name) => `at-once-${name}`));
    // Only the lab may be picked by the scheduler in what follows.
    const hosts = await desk.json<{ Name: string }[]>('host', 'list');
    for (const host of hosts) await desk.do('host', 'remove', host.Name);
  });

  it('a host key is shown, and the command that accepts it works as printed', async () => {
    const add = ['host', 'add', 'lab1', one.url(), '--identity', lab.key];
    const refused = await desk.run(add);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(await one.fingerprint());
    const repeat = /micronova (host add .*)/.exec(refused.stderr)?.[1]?.trim().split(' ') ?? [];
    expect(repeat.slice(0, add.length)).toEqual(add);
    expect(await desk.json(...repeat)).toMatchObject({ name: 'lab1', connection: 'connected' });
  });

  it('an account without a shell is enough', async () => {
    const stream = ['host', 'add', 'lab2', two.url('stream'), '--identity', lab.key];
    const accept = ['--accept-host-key', await two.fingerprint()];
    expect(await desk.json(...stream, ...accept)).toMatchObject({ name: 'lab2', connection: 'connected' });
    const rows = await desk.json<{ State: string }[]>('hypervisor', 'list');
    expect(rows.map((row) => row.State)).toEqual(['up', 'up']);
  });

  it('a password comes through standard input and stays nowhere', async () => {
    const test = ['host', 'test', one.url('operator'), '--no-agent', '--password-stdin', '-f', 'json'];
    const { code, stdout } = await desk.run(test, { input: `${lab.password}\n` });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ Step: 'login', Result: 'ok' }));
    expect((await desk.kept()).includes(lab.password)).toBe(false);
  });

  it('an unfinished create goes on in the next command after the first was killed', async () => {
    const image = await desk.json('image', 'create', '--file', TINY_IMAGE, '--host', 'lab2', 'mini');
    expect(image).toMatchObject({ status: 'active', cached_on: ['lab2'] });
    await desk.do('flavor', 'create', '--ram', '128', '--disk', '1', 'mini');
    const { child, output } = desk.start([
      'server',
      'create',
      '--flavor',
      'mini',
      '--image',
      'mini',
      'killed',
    ]);
    await until('the answer', () => (output().includes('BUILD') ? true : undefined));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await desk.do('status');
    expect((await show('killed')).status).toBe('ACTIVE');
    await desk.do('server', 'delete', 'killed', '--wait');
  });
});

describe('with micronova serve', () => {
  let owner: Awaited<ReturnType<Desk['serve']>>;

  beforeAll(async () => {
    owner = await desk.serve();
  });

  it('is the one owner', async () => {
    expect(await desk.json('status')).toMatchObject({ owner: 'serve', pid: owner.pid });
    const second = await desk.run(['serve']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${owner.pid}`);
  });

  it('keeps flavors', async () => {
    const options = [
      '--ram',
      '256',
      '--vcpus',
      '2',
      '--disk',
      '2',
      '--ephemeral',
      '1',
      '--swap',
      '64',
      '--private',
    ];
    await desk.do('flavor', 'create', ...options, '--id', '77', '--property', 'hw:cpu_cores=2', 'big');
    await desk.do(
      'flavor',
      'set',
      'big',
      '--description',
      'for the journey',
      '--property',
      'quota:cpu_shares=512',
    );
    await desk.do('flavor', 'unset', 'big', '--property', 'hw:cpu_cores');
    expect(await desk.json('flavor', 'show', '77')).toMatchObject({
      name: 'big',
      vcpus: 2,
      swap: 64,
      'OS-FLV-EXT-DATA:ephemeral': 1,
      'os-flavor-access:is_public': false,
      description: 'for the journey',
      properties: { 'quota:cpu_shares': '512' },
    });
    const taken = await desk.run(['flavor', 'create', 'big', '-f', 'json']);
    expect(taken.code).toBe(1);
    expect(JSON.parse(taken.stderr)).toMatchObject({ code: 'name_taken', field: 'name' });
    await desk.do('flavor', 'delete', 'big');
  });

  it('makes and imports key pairs, and keeps no private half', async () => {
    await desk.do('keypair', 'create', '--private-key', me(), 'me');
    expect((await stat(me())).mode & 0o777).toBe(0o600);
    const secret = (await readFile(me(), 'utf8')).split('\n')[3] ?? '';
    expect((await desk.kept()).includes(secret)).toBe(false);
    const publicKey = join(desk.folder, 'me.pub');
    await writeFile(publicKey, await desk.do('keypair', 'show', 'me', '--public-key'));
    await desk.do('keypair', 'create', '--public-key', publicKey, 'copy');
    const rows = await desk.json<{ Fingerprint: string }[]>('keypair', 'list');
    expect(new Set(rows.map((row) => row.Fingerprint)).size).toBe(1);
    const pasted = await desk.run(['keypair', 'create', '--public-key', me(), 'wrong']);
    expect(pasted.code).toBe(1);
    await desk.do('keypair', 'delete', 'copy');
  });

  it('keeps images and brings them to hosts', async () => {
    await desk.do('image', 'set', 'mini', '--min-ram', '64', '--property', 'os_distro=tiny');
    await desk.do('image', 'upload', 'mini', 'lab1');
    await desk.do('image', 'upload', 'mini', 'lab2');
    expect(await desk.json('image', 'show', 'mini')).toMatchObject({
      disk_format: 'qcow2',
      status: 'active',
      min_ram: 64,
      cached_on: expect.arrayContaining(['lab1', 'lab2']) as unknown,
    });
    const text = join(desk.folder, 'text.img');
    await copyFile(import.meta.filename, text);
    const refused = await desk.run(['image', 'create', '--file', text, 'text', '-f', 'json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'image.bad_format' });
  });

  it('says of every host why it cannot take an instance', async () => {
    await desk.do('host', 'set', 'lab2', '--disable', '--reason', 'new disks');
    await desk.do('flavor', 'create', '--ram', '99999999', 'huge');
    const create = ['server', 'create', '--flavor', 'huge', '--image', 'mini', '--wait', 'never'];
    const { code, stdout, stderr } = await desk.run(create);
    expect(code).toBe(1);
    expect(stdout).toContain('ERROR');
    expect(stderr).toMatch(/lab1: .*RAM/);
    expect(stderr).toMatch(/lab2: .*RAM/);
    const preview = ['--flavor', 'mini', '--image', 'mini', '--dry-run', 'x'];
    expect(await desk.json<object[]>('server', 'create', ...preview)).toMatchObject([
      { Host: 'lab1', Accepted: true, Selected: true },
      { Host: 'lab2', Accepted: false, Reason: expect.stringContaining('new disks') as unknown },
    ]);
    await desk.do('host', 'set', 'lab2', '--enable');
    await desk.do('server', 'delete', 'never', '--wait');
    await desk.do('flavor', 'delete', 'huge');
  });

  it('boots instances on both hosts and lets their key in', async () => {
    const userData = join(desk.folder, 'user-data');
    await writeFile(userData, '#!/bin/sh\necho journey > /root/journey\n');
    const common = [
      '--flavor',
      'mini',
      '--image',
      'mini',
      '--key-name',
      'me',
      '--user-data',
      userData,
      '--wait',
    ];
    await desk.do('server', 'create', ...common, '--host', 'lab1', '--property', 'role=web', 'web 漢');
    await desk.do('server', 'create', ...common, '--host', 'lab2', 'db');
    for (const [host, name] of [
      [one, 'web 漢'],
      [two, 'db'],
    ] as const) {
      const server = await show(name);
      expect(server.status).toBe('ACTIVE');
      const address = Object.values(server.addresses)[0]?.[0] ?? '';
      expect(await host.guestSsh(address, me(), 'echo in')).toBe('in\n');
    }
    const found = await desk.do(
      'server',
      'list',
      '--host',
      'lab2',
      '--status',
      'active',
      '-f',
      'value',
      '-c',
      'Name',
    );
    expect(found).toBe('db\n');
    expect(await desk.do('server', 'list')).toContain('| web 漢');
  });

  it('tells every step of what was done', async () => {
    const [create] = await desk.json<{ 'Request ID': string }[]>('server', 'event', 'list', 'db');
    const action = await desk.json<{ events: { result: string }[] }>(
      'server',
      'event',
      'show',
      'db',
      create?.['Request ID'] ?? '',
    );
    expect(action.events.length).toBeGreaterThan(4);
    expect(new Set(action.events.map((event) => event.result))).toEqual(new Set(['success']));
  });

  it('shows the console log and types into the console', async () => {
    await until('the login prompt', async () =>
      (await desk.do('console', 'log', 'show', 'db')).includes('login:') ? true : undefined,
    );
    const script = { input: '\rroot\r' };
    const login = await desk.run(['console', 'db', '--until', '# ', '--linger', '30'], script);
    expect(login.code).toBe(0);
    const typed = { input: 'echo $((6*7))-$(hostname)\r' };
    const shell = await desk.run(['console', 'db', '--until', '42-db', '--linger', '30'], typed);
    expect(shell).toMatchObject({ code: 0 });
    expect(await desk.do('console', 'log', 'show', 'db', '--lines', '3')).toContain('42-db');
  });

  it('stops, starts, reboots and renames', async () => {
    await desk.do('server', 'stop', 'web 漢', 'db', '--wait');
    expect((await show('db')).status).toBe('SHUTOFF');
    expect(await one.virsh('-q', 'list', '--name')).not.toMatch(/\S/);
    const again = await desk.run(['server', 'reboot', 'db']);
    expect(again.stderr).toContain('is stopped');
    await desk.do('server', 'start', 'db', '--wait');
    await desk.do('server', 'reboot', 'db', '--hard', '--wait');
    await desk.do('server', 'set', 'db', '--name', 'store', '--property', 'role=db');
    await desk.do('server', 'unset', 'store', '--property', 'role');
    expect(await show('store')).toMatchObject({ status: 'ACTIVE', properties: {} });
  });

  it('lists guests of others and leaves them alone', async () => {
    await one.sh(`cat > /run/foreign.xml <<'XML'
<domain type='qemu'><name>foreign</name><memory unit='MiB'>16</memory><os><type arch='x86_64'>hvm</type></os></domain>
XML
virsh -q define /run/foreign.xml`);
    const name = await until('the foreign guest', async () => {
      const rows = await desk.json<{ Name: string }[]>('hypervisor', 'guest', 'list', 'lab1');
      return rows[0]?.Name;
    });
    expect(name).toBe('foreign');
    await one.virsh('-q', 'undefine', 'foreign');
  });

  it('leaves nothing behind', async () => {
    await desk.do('server', 'delete', 'web 漢', 'store', '--wait');
    await desk.do('image', 'delete', 'mini');
    await until('the images to go', async () =>
      (await desk.do('task', 'list', '--running', '-f', 'value')) === '' ? true : undefined,
    );
    // A host without pool or network got one when it was added; they are the host's own from then on.
    const own = ({ pools: _pools, networks: _networks, ...rest }: Inventory) => rest;
    const kept = [await one.inventory(), await two.inventory()];
    expect(kept.map(own)).toEqual(before.map(own));
    await desk.do('host', 'remove', 'lab1', 'lab2');
    expect(await desk.do('host', 'list', '-f', 'value')).toBe('');
  });

  it('ends cleanly and gives the folder back', async () => {
    owner.kill('SIGTERM');
    expect(await once(owner, 'exit')).toEqual([0, null]);
    expect(await desk.json('status')).toMatchObject({ owner: 'command' });
  });
});
