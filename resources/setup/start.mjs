import { join } from 'node:path';
import { OUT, ROOT } from './paths.mjs';
import { hasDisplay } from './display.mjs';
import { pinnedNode, show } from './process.mjs';
import { line } from './say.mjs';

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
  line('In this checkout the command `micronova` is `npx micronova`.\n');
  return show(pinnedNode(), [join(OUT, 'cli', 'main.js'), ...args, 'serve']);
}
