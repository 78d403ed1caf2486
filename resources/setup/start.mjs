import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OUT, ROOT } from './paths.mjs';
import { hasDisplay } from './display.mjs';
import { environment, pinnedNode } from './process.mjs';
import { line } from './say.mjs';

const NEXT = `
Next, in another terminal here:
  npx micronova host list
  npx micronova keypair create --private-key ./me.pem me
  npx micronova server create --flavor m1.nano --image tiny --key-name me --wait web1
  npx micronova console web1          (Ctrl-] leaves)
  npx micronova --help`;

function stay() {}

/**
 * Runs a program until it ends or the person presses Ctrl-C, to its exit code.
 * @param {string} file @param {readonly string[]} args @param {(chunk: string) => void} [heard] sees its output
 * @returns {Promise<number>}
 */
function attend(file, args, heard) {
  const child = spawn(file, args, { cwd: ROOT, env: environment(), stdio: ['inherit', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    heard?.(String(chunk));
  });
  // Ctrl-C reaches the child too; it puts its house in order and ends, and we with it.
  const pass = () => void child.kill('SIGTERM');
  process.on('SIGINT', stay).on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal === null || signal === 'SIGINT' ? (code ?? 0) : 1));
  });
}

/** @param {string | null} electron @returns {Promise<number>} exit code */
export async function start(electron) {
  if (electron !== null && hasDisplay()) {
    // Chromium's sandbox does not work for root; for anybody else it must stay on.
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return attend(electron, [...flags, ROOT]);
  }
  const why =
    electron === null
      ? 'There is no Electron for this machine'
      : 'There is no display here (DISPLAY is not set)';
  line(`${why}: running Micronova without its window. Ctrl-C ends it.`);
  let told = false;
  return attend(pinnedNode(), [join(OUT, 'cli', 'main.js'), 'serve'], () => {
    if (!told) line(NEXT);
    told = true;
  });
}
