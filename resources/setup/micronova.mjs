#!/usr/bin/env node
// The command `micronova`. Finds the Node that the program needs, whichever one the person's PATH has.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function runPinned() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = join(here, '..', '..', 'node_modules', '.bin', name);
  if (!existsSync(node)) {
    process.stderr.write(
      `micronova needs Node 24; this is ${process.versions.node}. In a checkout, run \`npm start\` once.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // The terminal sends these to both of us; the program decides when it is done.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}

if (Number.parseInt(process.versions.node, 10) >= 24) await import(new URL('main.js', import.meta.url).href);
else runPinned();
