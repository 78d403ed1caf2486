import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OUT, ROOT } from './paths.mjs';
import { hasDisplay } from './display.mjs';
import { ended, environment, pinnedNode, show } from './process.mjs';
import { line } from './say.mjs';

const NEXT = `
Next, in another terminal here:
  npx micronova host list
  npx micronova keypair create --private-key ./me.pem me
  npx micronova server create --flavor m1.nano --image tiny --key-name me --wait web1
  npx micronova console web1          (Ctrl-] leaves)
  npx micronova --help`;

/** @param {string | null} electron @param {readonly string[]} args ours, e.g. --home DIR @returns {Promise<number>} exit code */
export async function start(electron, args) {
  if (electron !== null && hasDisplay()) {
    // Chromium's sandbox does not work for root; for anybody else it must stay on.
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    // Chromium's own complaints (no D-Bus, no GPU) would bury the lines that are meant for the person.
    return show(electron, [...flags, '--log-level=3', ROOT, ...args]);
  }
  const why =
    electron === null
      ? 'There is no Electron for this machine'
      : 'There is no display here (DISPLAY is not set)';
  line(`${why}: running Micronova without its window. Ctrl-C ends it.`);
  const serve = [join(OUT, 'cli', 'main.js'), ...args, 'serve'];
  const child = spawn(pinnedNode(), serve, {
    cwd: ROOT,
    env: environment(),
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  child.stdout.pipe(process.stdout);
  // Its first line says that it can be used.
  child.stdout.once('data', () => setImmediate(() => line(NEXT)));
  return ended(child);
}
