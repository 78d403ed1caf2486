import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, serveLocal } from '../api/local/server.ts';
import { silentLog } from '../domain/log.ts';
import { databaseFile, openDatabase } from '../state/database.ts';
import { insertFlavor } from '../state/flavors.ts';
import { COMPLETE_WORDS } from './commands/complete.ts';
import { completeLine } from './complete.ts';
import { createProgram } from './program.ts';
import { FakePlane, runFake, TestTerminal } from './test-kit.ts';
import { aFlavor, aHost, anInstance } from './test-objects.ts';

const VERSION = '0.0.0-test';
let home: string;
let server: LocalServer;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'micronova-tab-'));
  const plane = new FakePlane({
    'instance.list': () => [anInstance(), anInstance({ name: 'web two' })],
    'flavor.list': () => [aFlavor()],
    'host.list': () => [aHost()],
    'availabilityZone.list': () => [{ name: 'nova', available: true, hostIds: [] }],
  });
  server = await serveLocal(plane, home, { owner: 'serve', version: VERSION });
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

function complete(...typed: string[]): Promise<string[]> {
  const program = createProgram(VERSION, new TestTerminal(), () => {
    throw new Error('nothing runs');
  });
  return completeLine(program, typed, { home, version: VERSION });
}

describe('completion', () => {
  it.each([
    [['ser'], ['server', 'serve']],
    [['server', 'reboo'], ['reboot']],
    [
      ['server', 'event', ''],
      ['list', 'show'],
    ],
    [
      ['server', 'show', 'we'],
      ['web1', 'web two'],
    ],
    [['server', 'show', 'web\\ t'], ['web two']],
    [['server', 'delete', 'web1', 'web t'], ['web two']],
    [['server', 'show', 'web1', ''], []],
    [['server', 'create', '--flavor', ''], ['m1.tiny']],
    [['-f', 'json', 'server', 'list', '--host', ''], ['lab1']],
    [['server', 'list', '-f', 'j'], ['json']],
    [
      ['server', 'reboot', '--h'],
      ['--hard', '--home'],
    ],
    [['console', 'l'], ['log']],
    [
      ['console', 'w'],
      ['web1', 'web two'],
    ],
    [['console', 'log', 'show', 'web1'], ['web1']],
    [['console', '--un'], ['--until']],
    [['keypair', 'create', '--public-key', ''], [':files']],
    [['complete', ''], []],
    [['nothing', 'like', 'this', ''], []],
    [['t'], ['task']],
    [['server', 'create', '--availability-zone', ''], ['nova']],
    [['aggregate', 'add', ''], ['host']],
    [
      ['scheduler', 'set', '--enable-filter', 'ServerGroup'],
      ['ServerGroupAffinity', 'ServerGroupAntiAffinity'],
    ],
  ])('of %j offers %j', async (typed, expected) => {
    expect((await complete(...typed)).toSorted()).toEqual(expected.toSorted());
  });

  it('reads the names from the data folder where nobody serves', async () => {
    const other = join(home, 'other');
    const database = openDatabase(databaseFile(other), { log: silentLog });
    database.write((tx) => insertFlavor(tx, aFlavor({ name: 'stored' })));
    database.close();
    expect(await complete('--home', other, 'flavor', 'show', '')).toEqual(['stored']);
  });

  it('knows the data folder that is being typed, and is silent where nobody serves', async () => {
    expect(await complete('--home', join(home, 'elsewhere'), 'server', 'show', '')).toEqual([]);
  });
});

describe('the bash script', () => {
  it('puts quoted names on the line', async () => {
    const { out: script } = await runFake(new FakePlane({}), ['complete', 'bash']);
    const answers = await complete('server', 'show', 'we');
    const fake = join(home, 'micronova');
    await writeFile(
      fake,
      `#!/bin/sh\n[ "$1" = ${COMPLETE_WORDS} ] && printf '%s\\n' ${answers.map((a) => `'${a}'`).join(' ')}\n`,
    );
    await chmod(fake, 0o755);
    const test = `${script}
COMP_WORDS=(micronova server show we); COMP_CWORD=3
_micronova
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', test], {
      env: { ...process.env, PATH: `${home}:${process.env['PATH']}` },
    });
    expect(stdout).toBe('web1\nweb\\ two\n');
  });
});
