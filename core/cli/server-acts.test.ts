import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MethodName } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { FakePlane, runFake, TestTerminal } from './test-kit.ts';
import { aHost, anInstance, aTask, UUID } from './test-objects.ts';

const HOSTS = { 'host.list': () => [aHost()] };
const accepted = () => ({ instance: anInstance(), taskId: UUID.task });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micronova-act-'));
});
afterEach(() => rm(folder, { recursive: true }));

function plane(): FakePlane {
  return new FakePlane({
    ...HOSTS,
    'instance.start': accepted,
    'instance.stop': accepted,
    'instance.pause': accepted,
    'instance.unpause': accepted,
    'instance.suspend': accepted,
    'instance.resume': accepted,
    'instance.rescue': accepted,
    'instance.unrescue': accepted,
    'instance.rebuild': accepted,
    'instance.crashDump': accepted,
    'instance.delete': accepted,
    'instance.forceDelete': accepted,
    'instance.restore': accepted,
    'instance.lock': () => anInstance(),
    'instance.unlock': () => anInstance(),
    'instance.set': () => anInstance(),
    'instance.setPassword': () => anInstance(),
    'instance.resetState': () => anInstance(),
    'instance.show': () => anInstance({ tags: ['old', 'kept'] }),
    'task.show': () => aTask(),
    'task.wait': () => aTask(),
  });
}

describe('a command', () => {
  it.each<[string, MethodName, readonly object[]]>([
    ['start a b', 'instance.start', [{ ref: 'a' }, { ref: 'b' }]],
    ['stop a', 'instance.stop', [{ ref: 'a' }]],
    ['pause a b', 'instance.pause', [{ ref: 'a' }, { ref: 'b' }]],
    ['unpause a', 'instance.unpause', [{ ref: 'a' }]],
    ['suspend a', 'instance.suspend', [{ ref: 'a' }]],
    ['resume a', 'instance.resume', [{ ref: 'a' }]],
    ['rescue a', 'instance.rescue', [{ ref: 'a' }]],
    ['rescue --image tiny a', 'instance.rescue', [{ ref: 'a', image: 'tiny' }]],
    ['unrescue a', 'instance.unrescue', [{ ref: 'a' }]],
    ['rebuild a --image tiny', 'instance.rebuild', [{ ref: 'a', image: 'tiny' }]],
    ['dump create a b', 'instance.crashDump', [{ ref: 'a' }, { ref: 'b' }]],
    ['restore a', 'instance.restore', [{ ref: 'a' }]],
    ['delete a', 'instance.delete', [{ ref: 'a', soft: false }]],
    ['delete --soft a', 'instance.delete', [{ ref: 'a', soft: true }]],
    ['delete --force a b', 'instance.forceDelete', [{ ref: 'a' }, { ref: 'b' }]],
    [
      'lock a b --reason why',
      'instance.lock',
      [
        { ref: 'a', reason: 'why' },
        { ref: 'b', reason: 'why' },
      ],
    ],
    ['lock a', 'instance.lock', [{ ref: 'a' }]],
    ['unlock a', 'instance.unlock', [{ ref: 'a' }]],
    ['set --state error a', 'instance.resetState', [{ ref: 'a', state: 'error' }]],
    [
      'set --name n --hostname h --description d --property k=v a',
      'instance.set',
      [{ ref: 'a', name: 'n', hostname: 'h', description: 'd', metadata: { k: 'v' } }],
    ],
    ['set --tag new --tag old a', 'instance.set', [{ ref: 'a', tags: ['old', 'kept', 'new'] }]],
    ['unset --tag old a', 'instance.set', [{ ref: 'a', tags: ['kept'] }]],
    [
      'unset --property k --description a',
      'instance.set',
      [{ ref: 'a', unsetMetadata: ['k'], description: null }],
    ],
  ])('server %s asks %s', async (typed, method, inputs) => {
    const fake = plane();
    const { code, err } = await runFake(fake, ['server', ...typed.split(' ')]);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(fake.inputs(method)).toMatchObject(inputs);
    expect(fake.inputs(method)).toHaveLength(inputs.length);
  });

  it('server rebuild hands new user data over', async () => {
    const file = join(folder, 'user-data');
    await writeFile(file, '#cloud-config\n');
    const fake = plane();
    await runFake(fake, ['server', 'rebuild', 'a', '--user-data', file, '--wait']);
    const userData = Buffer.from('#cloud-config\n').toString('base64');
    expect(fake.inputs('instance.rebuild')).toMatchObject([{ ref: 'a', userData }]);
  });

  it.each([
    ['set a', 'nothing to set'],
    ['set --account an a', '--account belongs to --password'],
    ['set --state paused a', 'Allowed choices'],
    ['unset a', 'nothing to unset'],
    ['delete --soft --force a', 'cannot be used with'],
  ])('server %s is wrongly typed', async (typed, words) => {
    const { code, err } = await runFake(plane(), ['server', ...typed.split(' ')]);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('tells a refusal in words', async () => {
    const refused = () => {
      throw new ExpectedError('locked', '“a” cannot do pause now: locked by an (in use).', {
        remedy: 'Unlock it.',
      });
    };
    const fake = new FakePlane({ ...HOSTS, 'instance.pause': refused });
    const { code, err } = await runFake(fake, ['server', 'pause', 'a']);
    expect(code).not.toBe(0);
    expect(err).toContain('locked by an (in use)');
  });
});

describe('a password', () => {
  it('is read from standard input, and is no part of the command line', async () => {
    const terminal = new TestTerminal();
    terminal.stdin.end('open sesame\n');
    const fake = plane();
    const { code, out, err } = await runFake(fake, ['server', 'set', '--password', '--account', 'an', 'a'], {
      terminal,
    });
    expect(code).toBe(0);
    expect(fake.inputs('instance.setPassword')).toEqual([{ ref: 'a', password: 'open sesame', user: 'an' }]);
    expect(out + err).not.toContain('sesame');
  });

  it('is asked for twice on a terminal, and not shown', async () => {
    const terminal = new TestTerminal();
    terminal.stdin.isTTY = true;
    const answers = ['open sesame', 'open sesame'];
    terminal.stderr.on('data', (text: string) => {
      if (text.endsWith('password: ')) setImmediate(() => terminal.stdin.write(`${answers.shift()}\r`));
    });
    const fake = plane();
    const { code, err } = await runFake(fake, ['server', 'set', '--password', 'a'], { terminal });
    expect({ code }).toEqual({ code: 0 });
    expect(fake.inputs('instance.setPassword')).toEqual([{ ref: 'a', password: 'open sesame' }]);
    expect(err).toContain('Retype new password');
    expect(err).not.toContain('sesame');
  });
});

describe('server show', () => {
  it('shows lock, tags and the rest of what is new', async () => {
    const one = anInstance({
      description: 'of the shop',
      tags: ['a', 'b'],
      lock: { by: 'an', at: '2026-01-01T00:00:00.000Z', reason: null },
      reclaimAt: '2026-01-01T00:00:00.000Z',
    });
    const fake = new FakePlane({ 'instance.show': () => one });
    const { out } = await runFake(fake, ['server', 'show', 'a', '-f', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      description: 'of the shop',
      tags: ['a', 'b'],
      locked: true,
      locked_reason: 'locked by an',
      reclaim_at: '2026-01-01T00:00:00.000Z',
      user_id: 'me',
    });
  });

  it('claims a config drive only for guests that Micronova made', async () => {
    for (const origin of ['launched', 'adopted'] as const) {
      const fake = new FakePlane({ 'instance.show': () => anInstance({ origin }) });
      const { out } = await runFake(fake, ['server', 'show', 'a', '-f', 'json']);
      expect(JSON.parse(out)).toMatchObject({ config_drive: origin === 'launched' });
    }
  });

  it('--diagnostics shows the figures', async () => {
    const disk = {
      readBytes: 1,
      readRequests: 2,
      writeBytes: 3,
      writeRequests: 4,
      capacity: 5,
      allocation: null,
    };
    const figures = {
      powerState: 'RUNNING',
      uptime: null,
      cpus: [{ id: 0, time: 7 }],
      memory: { maximum: 8, used: null, resident: 9 },
      disks: [{ device: 'vda', ...disk }],
      nics: [],
    } as const;
    const fake = new FakePlane({
      ...HOSTS,
      'instance.diagnostics': () => ({
        ...figures,
        cpus: [...figures.cpus],
        disks: [...figures.disks],
        nics: [],
      }),
    });
    const table = await runFake(fake, ['server', 'show', '--diagnostics', 'a']);
    expect(table.out).toContain('vda: readBytes=1 readRequests=2');
    const json = await runFake(fake, ['server', 'show', '--diagnostics', 'a', '-f', 'json']);
    expect(JSON.parse(json.out)).toMatchObject({
      power_state: 1,
      disk_details: [{ device: 'vda', readBytes: 1 }],
    });
  });
});
