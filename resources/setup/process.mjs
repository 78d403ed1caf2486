import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { MODULES, ROOT } from './paths.mjs';
import { SetupError } from './say.mjs';

const WANTED_MAJOR = 24;

/** The Node that everything but this set-up runs on: the pinned one, or our own where that is new enough. */
export function pinnedNode() {
  const file = join(MODULES, '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(file)) return file;
  if (Number.parseInt(process.versions.node, 10) >= WANTED_MAJOR) return process.execPath;
  throw new SetupError(
    `Node ${WANTED_MAJOR} is needed. There is no prebuilt one for ${process.platform} ${process.arch} among the ` +
      `dependencies, and this is ${process.versions.node}: install Node ${WANTED_MAJOR} and run this again.`,
  );
}

/** The environment in which the project's programs run. */
export function environment() {
  return { ...process.env, PATH: `${join(MODULES, '.bin')}${delimiter}${process.env['PATH'] ?? ''}` };
}

/**
 * The script behind a package's command, so that no shell wrapper stands between us and its exit code.
 * @param {string} name package @param {string} [command]
 */
export function script(name, command = name) {
  const { bin } = JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8'));
  return join(MODULES, name, typeof bin === 'string' ? bin : bin[command]);
}

function stay() {}

/**
 * Waits until a program has ended, to its exit code: 128 + n when signal n ended it. A Ctrl-C reaches it as well as us;
 * it puts its house in order and ends, and only then do we.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function ended(child) {
  const pass = () => void child.kill('SIGTERM');
  process.on('SIGINT', stay).on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', stay).off('SIGTERM', pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * Runs a command with our terminal, to its exit code.
 * @param {string} file @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
export function show(file, args, env = environment()) {
  return ended(spawn(file, args, { cwd: ROOT, env, stdio: 'inherit' }));
}

/**
 * Runs a command quietly. Its output appears only when it fails.
 * @param {string} file @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, timeout?: number }} [options] timeout in milliseconds
 * @returns {string} what it printed
 */
export function quiet(file, args, options = {}) {
  const result = attempt(file, args, options);
  if (result.ok) return result.stdout;
  throw new SetupError(`${file} ${args.join(' ')} failed:\n${result.said}`);
}

/**
 * Like `quiet`, for a command that may fail.
 * @param {string} file @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, timeout?: number }} [options]
 */
export function attempt(file, args, options = {}) {
  const { stdout, stderr, status, error } = spawnSync(file, args, {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? environment(),
    timeout: options.timeout,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [error?.message, stderr, stdout]
    .filter((text) => text)
    .join('\n')
    .trim();
  return { ok: status === 0, stdout: stdout ?? '', said };
}

/** @param {string} command */
export function onPath(command) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, command)));
}
