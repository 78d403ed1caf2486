import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digest, MODULES, OUT, readStamp, ROOT, writeStamp } from './paths.mjs';
import { quiet } from './process.mjs';
import { line, step } from './say.mjs';

/** npm, run by the Node that npm itself runs on: ours may lie in the very folder that `npm ci` replaces. */
function npm() {
  const cli = process.env['npm_execpath'];
  if (cli?.endsWith('.js'))
    return { file: process.env['npm_node_execpath'] ?? process.execPath, before: [cli] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', before: [] };
}

/**
 * @param {readonly string[]} args @param {string} [cwd]
 * @returns {string} what npm printed
 */
export function runNpm(args, cwd = ROOT) {
  const { file, before } = npm();
  // Electron's binary is our own step, with a limit in time and a way on when it fails.
  const env = { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' };
  return quiet(file, [...before, ...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env });
}

/** Installs what package-lock.json names, when it is not what is installed. */
export async function ensureModules() {
  const wanted = digest(readFileSync(join(ROOT, 'package-lock.json')));
  if (readStamp('modules') === wanted) return;
  const why = existsSync(MODULES) ? 'package-lock.json has changed' : 'this checkout has none yet';
  await step('npm ci', `installs the parts that package-lock.json pins; ${why}`, () => runNpm(['ci']));
  writeStamp('modules', wanted);
}

/** Makes `npx micronova` find this checkout's command line. */
export function linkCommand() {
  const target = join(OUT, 'cli', 'micronova.js');
  const link = join(MODULES, '.bin', 'micronova');
  if (process.platform === 'win32') {
    const text = `@node "${target}" %*\r\n`;
    if (!existsSync(`${link}.cmd`) || readFileSync(`${link}.cmd`, 'utf8') !== text)
      writeFileSync(`${link}.cmd`, text);
    return;
  }
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'out', 'cli', 'micronova.js'), link);
  line('▸ npx micronova: now runs the command line of this checkout');
}
