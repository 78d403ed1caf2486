import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { Interrupted } from './interrupt.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { aHost, anInstance, aTask, aTaskAt, UUID } from './test-objects.ts';

const HOSTS = { 'host.list': () => [aHost()] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micronova-cmd-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('server create', () => {
  const accepted = { instance: anInstance({ status: 'BUILD', vmState: 'building' }), taskId: UUID.task };

  it('hands over everything that was typed', async () => {
    const userData = join(folder, 'user-data');
    await writeFile(userData, '#cloud-config\n');
    const plane = new FakePlane({ ...HOSTS, 'instance.create': () => [accepted] });
    const typed = `server create --flavor m1.tiny --image tiny --key-name me --property a=1 --property b=x=y --min 2 --max 3 --host lab1 web1 -f json`;
    const { code, out } = await runFake(plane, [...typed.split(' '), '--user-data', userData]);
    expect(code).toBe(0);
    expect(plane.inputs('instance.create')).toMatchObject([
      {
        name: 'web1',
        flavor: 'm1.tiny',
        image: 'tiny',
        keyName: 'me',
        count: 3,
        host: 'lab1',
        metadata: { a: '1', b: 'x=y' },
        userData: Buffer.from('#cloud-config\n').toString('base64'),
      },
    ]);
    expect(JSON.parse(out)).toMatchObject({
      id: UUID.instance,
      status: 'BUILD',
      addresses: { default: ['192.168.122.10'] },
    });
    expect(plane.closed).toBe(true);
  });

  it('waits, tells the steps, and shows what became of it', async () => {
    let asked = 0;
    const running = aTaskAt('spawning', { revision: 2 });
    const plane = new FakePlane({
      ...HOSTS,
      'instance.create': () => [accepted],
      'task.show': () => running,
      'task.wait': () => (asked++ === 0 ? running : aTask({ revision: 3 })),
      'instance.show': () => anInstance(),
    });
    const { code, out, err } = await runFake(plane, [
      'server',
      'create',
      '--flavor',
      'f',
      '--image',
      'i',
      '--wait',
      'web1',
      '-f',
      'value',
      '-c',
      'status',
    ]);
    expect({ code, out }).toEqual({ code: 0, out: 'ACTIVE\n' });
    expect(err).toContain('web1: spawning');
  });

  it('says how to wait on when Ctrl-C ends the waiting', async () => {
    const controller = new AbortController();
    const plane = new FakePlane({
      ...HOSTS,
      'instance.create': () => [accepted],
      'task.show': () => aTaskAt('spawning'),
      'task.wait': () => {
        controller.abort(new Interrupted(130));
        return new Promise(() => undefined);
      },
    });
    const argv = ['server', 'create', '--flavor', 'f', '--image', 'i', '--wait', 'web1'];
    const { code, err } = await runFake(plane, argv, { signal: controller.signal });
    expect(code).toBe(130);
    expect(err).toContain('goes on with the next command');
    expect(plane.inputs('task.cancel')).toEqual([]);
  });

  it('fails with every reason of the scheduler', async () => {
    const error = {
      code: 'scheduler.no_valid_host',
      message: 'No valid host was found. lab1: needs 99 GiB, has 5.',
      remedy: 'Free some room.',
    } as const;
    const plane = new FakePlane({
      ...HOSTS,
      'instance.create': () => [accepted],
      'task.show': () => aTask({ state: 'failed', error }),
      'task.wait': () => aTask({ state: 'failed', error }),
      'instance.show': () => anInstance({ status: 'ERROR' }),
    });
    const { code, out, err } = await runFake(plane, [
      'server',
      'create',
      '--flavor',
      'f',
      '--image',
      'i',
      '--wait',
      'web1',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('ERROR');
    expect(err).toContain('lab1: needs 99 GiB, has 5.\n  What to do: Free some room.\n');
  });

  it.each([
    [['server', 'create', 'web1', '--flavor', 'f'], '--image'],
    [['server', 'create', 'web1', '--flavor', 'f', '--image', 'i', '--min', '3', '--max', '2'], '--min'],
    [['server', 'create', 'web1', '--flavor', 'f', '--image', 'i', '--property', 'x'], 'KEY=VALUE'],
    [['server', 'create', 'web1', '--flavor', 'f', '--image', 'i', '--max', 'many'], 'whole number'],
    [['server', 'fly', 'web1'], 'unknown command'],
    [['server', 'reboot', 'web1', '--soft', '--hard'], 'cannot be used with'],
    [['server', 'list', '-f', 'xml'], 'Allowed choices'],
    [['server', 'list', '-c', 'Colour'], 'Columns: ID, Name'],
    [['server', 'list', '--name', '('], 'regular expression'],
    [['flavor', 'set', 'm1.tiny'], 'nothing to set'],
    [['host', 'add', 'x', 'ssh://root:secret@h'], 'never belongs'],
    [['complete', 'tcsh'], 'bash, zsh or fish'],
  ])('%s is wrongly typed', async (argv, words) => {
    const plane = new FakePlane({ 'instance.list': () => [anInstance()], ...HOSTS });
    const { code, out, err } = await runFake(plane, argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
  });
});

function twoServers(): FakePlane {
  const other = { id: UUID.host, name: 'db 漢', status: 'SHUTOFF', hostName: 'lab2', addresses: [] } as const;
  return new FakePlane({ 'instance.list': () => [anInstance(), anInstance({ ...other, addresses: [] })] });
}

describe('server list', () => {
  it('shows the openstack columns', async () => {
    const { code, out } = await runFake(twoServers(), ['server', 'list']);
    expect(code).toBe(0);
    expect(
      out
        .split('\n')[1]
        ?.split('|')
        .map((name) => name.trim()),
    ).toEqual(['', 'ID', 'Name', 'Status', 'Networks', 'Image', 'Flavor', '']);
    expect(out).toContain('default=192.168.122.10');
  });

  it.each([
    [['--name', '^w'], 'web1\n'],
    [['--status', 'shutoff'], 'db 漢\n'],
    [['--host', 'lab2'], 'db 漢\n'],
    [['--flavor', '1', '--sort-column', 'name'], 'db 漢\nweb1\n'],
    [['--image', 'other'], ''],
    [['--limit', '1'], 'web1\n'],
  ])('filters by %s', async (filter, expected) => {
    const { out } = await runFake(twoServers(), ['server', 'list', ...filter, '-f', 'value', '-c', 'Name']);
    expect(out).toBe(expected);
  });

  it('shows any column by name, in data as in words', async () => {
    const json = await runFake(twoServers(), [
      'server',
      'list',
      '-f',
      'json',
      '-c',
      'power state',
      '-c',
      'Host',
    ]);
    expect(JSON.parse(json.out)).toEqual([
      { 'Power State': 1, Host: 'lab1' },
      { 'Power State': 1, Host: 'lab2' },
    ]);
    const value = await runFake(twoServers(), [
      '-f',
      'value',
      '-c',
      'Power State',
      'server',
      'list',
      '--long',
    ]);
    expect(value.out).toBe('Running\nRunning\n');
  });
});

describe('several at once', () => {
  it('goes on after one that failed, and says which', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'instance.delete': ({ ref }) => {
        if (ref === 'b') throw new ExpectedError('instance.not_found', 'There is no instance “b”.');
        return { instance: anInstance(), taskId: UUID.task };
      },
      'task.show': () => aTask(),
      'task.wait': () => aTask(),
    });
    const { code, err } = await runFake(plane, ['server', 'delete', 'a', 'b', 'c', '--wait']);
    expect(code).toBe(1);
    expect(plane.inputs('instance.delete')).toMatchObject([{ ref: 'a' }, { ref: 'b' }, { ref: 'c' }]);
    expect(err).toContain('There is no instance “b”.');
  });
});
