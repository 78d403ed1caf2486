import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLogFile } from './log-file.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'micronova-log-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const read = () => readFileSync(join(home, 'micronova.log'), 'utf8');

it('writes at once, keeps causes, and leaves secrets out', () => {
  using file = openLogFile(home);
  const cause = new Error('the wire was cut');
  const secrets = { password: 'canary-1', input: { secrets: { passphrase: 'canary-2' } } };
  file.log.error({ err: new Error('no answer', { cause }), ...secrets }, 'it failed');
  expect(read()).toContain('it failed');
  expect(read()).toContain('the wire was cut');
  expect(read()).not.toContain('canary');
});

it.skipIf(process.platform === 'win32')('is for its owner only', () => {
  using file = openLogFile(home);
  file.log.info({}, 'here');
  expect(statSync(join(home, 'micronova.log')).mode & 0o777).toBe(0o600);
});

it('makes way when it is large', () => {
  writeFileSync(join(home, 'micronova.log'), 'x'.repeat(11 * 1024 * 1024));
  using file = openLogFile(home);
  file.log.info({}, 'fresh');
  expect(read()).toContain('fresh');
  expect(read().length).toBeLessThan(1000);
});

it('does without where there is no way to write', () => {
  writeFileSync(join(home, 'plain'), '');
  using file = openLogFile(join(home, 'plain', 'home'));
  file.log.info({}, 'nobody hears this');
  expect(statSync(join(home, 'plain')).size).toBe(0);
});
