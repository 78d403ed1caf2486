import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Image } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { Interrupted } from './interrupt.ts';
import { FakePlane, runFake, TestTerminal } from './test-kit.ts';
import { aFlavor, aHost, anInstance, aTask, aTaskAt, UUID } from './test-objects.ts';

const HOSTS = { 'host.list': () => [aHost()] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micronova-cmd-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function broken(): FakePlane {
  return new FakePlane({
    'flavor.create': () => {
      const details = { field: 'name', remedy: 'Choose another.' };
      throw new ExpectedError('name_taken', 'taken\u001b[2J', details);
    },
  });
}

describe('an error', () => {
  it('is told in words', async () => {
    const { code, out, err } = await runFake(broken(), ['flavor', 'create', 'x']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('Error: taken\n  Field: name\n  What to do: Choose another.\n');
  });

  it('is data for programs', async () => {
    const { code, err } = await runFake(broken(), ['flavor', 'create', 'x', '-f', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(err)).toMatchObject({ code: 'name_taken', field: 'name', remedy: 'Choose another.' });
    expect(err).not.toContain('\u001b');
  });
});

describe('flavor', () => {
  it('is created with the openstack defaults', async () => {
    const plane = new FakePlane({ 'flavor.create': () => aFlavor() });
    await runFake(plane, [
      'flavor',
      'create',
      '--id',
      'auto',
      '--private',
      '--property',
      'hw:cpu_cores=2',
      'f',
    ]);
    expect(plane.inputs('flavor.create')).toEqual([
      {
        name: 'f',
        ram: 256,
        disk: 0,
        vcpus: 1,
        ephemeral: 0,
        swap: 0,
        isPublic: false,
        description: null,
        extraSpecs: { 'hw:cpu_cores': '2' },
      },
    ]);
  });
});

describe('keypair create', () => {
  const keypair = {
    id: 'me',
    name: 'me',
    type: 'ssh',
    fingerprint: 'SHA256:x',
    fingerprintMd5: '00:11',
    publicKey: 'ssh-ed25519 AAAA me',
    createdAt: aFlavor().createdAt,
    revision: 1,
  } as const;
  const plane = () =>
    new FakePlane({
      'keypair.create': ({ publicKey }) => ({
        keypair,
        privateKey: publicKey === undefined ? 'PRIVATE\n' : null,
      }),
      'keypair.delete': () => ({ id: 'me' }),
    });

  it('prints a new private key alone', async () => {
    expect(await runFake(plane(), ['keypair', 'create', 'me'])).toEqual({
      code: 0,
      out: 'PRIVATE\n',
      err: '',
    });
  });

  it('saves it for its owner only, and never over another', async () => {
    const file = join(folder, 'me.pem');
    const { out } = await runFake(plane(), ['keypair', 'create', '--private-key', file, 'me']);
    expect(await readFile(file, 'utf8')).toBe('PRIVATE\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(out).not.toContain('PRIVATE');
    const again = plane();
    const second = await runFake(again, ['keypair', 'create', '--private-key', file, 'me']);
    expect(second.code).toBe(1);
    expect(again.inputs('keypair.create')).toEqual([]);
  });

  it('imports a public key from standard input', async () => {
    const terminal = new TestTerminal();
    terminal.stdin.end('ssh-ed25519 AAAA me\n');
    const fake = plane();
    const { code } = await runFake(fake, ['keypair', 'create', '--public-key', '-', 'me'], { terminal });
    expect(code).toBe(0);
    expect(fake.inputs('keypair.create')).toEqual([{ name: 'me', publicKey: 'ssh-ed25519 AAAA me' }]);
  });
});

describe('image create', () => {
  const image: Image = {
    id: UUID.image,
    name: 'tiny',
    status: 'active',
    diskFormat: 'raw',
    size: 17_825_792,
    virtualSize: 17_825_792,
    sha256: null,
    minDisk: 0,
    minRam: 0,
    properties: {},
    cachedOn: [UUID.host],
    createdAt: aFlavor().createdAt,
    revision: 1,
  };

  it('waits with a progress line and shows the image with its hosts', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'image.create': () => ({ image, taskId: UUID.task }),
      'image.show': () => image,
      'task.list': () => [],
      'task.show': () => aTaskAt('hashing', { subject: 'tiny' }),
      'task.wait': async () => {
        plane.emit({
          type: 'task.progress',
          value: { taskId: UUID.task, step: 'hashing', done: 1024, total: 2048, rate: 1024, eta: 1 },
        });
        return aTask({ revision: 9 });
      },
    });
    const terminal = new TestTerminal();
    terminal.stderr.isTTY = true;
    const { code, out, err } = await runFake(plane, ['image', 'create', '--file', 'tiny.img', 'tiny'], {
      terminal,
    });
    expect(code).toBe(0);
    expect(out).toContain('17825792 (17.0 MiB)');
    expect(out).toMatch(/cached_on +\| lab1/);
    expect(err).toContain('tiny: hashing  50%  1.0 KiB of 2.0 KiB  1.0 KiB/s  0:01 left');
  });

  it('is cancelled by Ctrl-C', async () => {
    const controller = new AbortController();
    const plane = new FakePlane({
      ...HOSTS,
      'image.create': () => ({ image, taskId: UUID.task }),
      'task.show': () => aTask({ state: 'running' }),
      'task.wait': () => {
        controller.abort(new Interrupted(130));
        return new Promise(() => undefined);
      },
      'task.cancel': () => aTask({ state: 'cancelled' }),
    });
    const { code } = await runFake(plane, ['image', 'create', '--file', 'x', 'tiny'], {
      signal: controller.signal,
    });
    expect(code).toBe(130);
    expect(plane.inputs('task.cancel')).toEqual([{ id: UUID.task }]);
    expect(plane.closed).toBe(true);
  });

  it('refuses a file that is not what it is said to be', async () => {
    const file = join(folder, 'x.img');
    const disk = Buffer.alloc(1024 * 1024);
    disk.set([0x55, 0xaa], 510);
    await writeFile(file, disk);
    const { code, err } = await runFake(new FakePlane({}), [
      'image',
      'create',
      '--file',
      file,
      '--disk-format',
      'qcow2',
      'x',
    ]);
    expect(code).toBe(1);
    expect(err).toContain('--disk-format');
  });
});

describe('without another Micronova', () => {
  it('ends only when what was started is done', async () => {
    let finished = false;
    const plane = new FakePlane({
      ...HOSTS,
      'instance.start': () => ({ instance: anInstance(), taskId: UUID.task }),
    });
    plane.idleGate = new Promise((done) => {
      setTimeout(() => {
        finished = true;
        done();
      }, 30);
    });
    expect((await runFake(plane, ['server', 'start', 'web1'])).code).toBe(0);
    expect([finished, plane.closed]).toEqual([true, true]);
  });

  it('waits for hosts that are just being reached, but not for those that cannot be', async () => {
    let looks = 0;
    const plane = new FakePlane({
      'host.list': () => [
        aHost({ connection: looks++ < 2 ? 'connecting' : 'connected' }),
        aHost({
          id: UUID.image,
          name: 'gone',
          connection: 'disconnected',
          connectionError: { code: 'transport.refused', message: 'refused' },
        }),
      ],
    });
    const { out } = await runFake(plane, ['hypervisor', 'list', '-f', 'value', '-c', 'State']);
    expect(out).toBe('up\ndown\n');
  });
});

it('prints help and version to standard output', async () => {
  const help = await runFake(new FakePlane({}), ['server', '--help']);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain('create [options] <name>');
  expect((await runFake(new FakePlane({}), ['--help'])).out).toContain('Exit codes: 0 done, 1 failed');
  expect((await runFake(new FakePlane({}), ['--version'])).out).toBe('micronova 0.0.0-test\n');
});
