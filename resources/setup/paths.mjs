import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..', '..');
export const MODULES = join(ROOT, 'node_modules');
export const OUT = join(ROOT, 'out');
export const ARTIFACTS = join(ROOT, 'artifacts');

/** What costs minutes to fetch or build is kept for the user, not for one checkout. */
export const CACHE = join(
  process.env['MICRONOVA_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'micronova'),
);

/** @param {string} name */
function stampFile(name) {
  return join(MODULES, '.micronova', name);
}

/** What a step left for its next run; it goes with node_modules. @param {string} name */
export function readStamp(name) {
  const file = stampFile(name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** @param {string} name @param {string} value */
export function writeStamp(name, value) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), value);
}

/** @param {...(string | Buffer)} parts */
export function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
