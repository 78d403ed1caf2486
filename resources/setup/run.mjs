// Set-up and entry of every npm script: node resources/setup/run.mjs start|test|check|bench|simulate|lab|dist|setup
// Plain JavaScript without packages, for it runs before any is installed, on whatever Node the machine has.
import { join } from 'node:path';
import { ensureBuild } from './build.mjs';
import { runChecks } from './check.mjs';
import { ensureElectron } from './electron.mjs';
import { ensureGuest } from './guest.mjs';
import { ensureLibvirt, reportLibvirt } from './libvirt.mjs';
import { ensureModules, linkCommand } from './modules.mjs';
import { ensurePackages } from './packages.mjs';
import { ROOT } from './paths.mjs';
import { pinnedNode, script, show } from './process.mjs';
import { elapsed, line, SetupError } from './say.mjs';
import { start } from './start.mjs';
import { runTests } from './test.mjs';

/** Everything that has to be there before Micronova runs. @param {'start' | 'test' | 'bench'} purpose */
async function setUp(purpose) {
  await ensureModules();
  await ensurePackages(purpose);
  await ensureLibvirt();
  await reportLibvirt();
  const electron = await ensureElectron();
  await ensureGuest();
  await ensureBuild();
  linkCommand();
  line(`▸ Set-up complete (${elapsed()})`);
  return electron;
}

/** @param {string} file @param {readonly string[]} args */
function program(file, args) {
  return show(pinnedNode(), [join(ROOT, ...file.split('/')), ...args]);
}

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const COMMANDS = {
  setup: async () => (await setUp('start'), 0),
  start: async (args) => start(await setUp('start'), args),
  test: async (args) => (await setUp('test'), runTests(args)),
  bench: async (args) => (await setUp('bench'), program('tests/bench/main.ts', args)),
  simulate: async (args) => (await ensureModules(), program('tests/simulation/main.ts', args)),
  lab: async (args) => (await setUp('test'), program('tests/lab/main.ts', args)),
  dist: async (args) => {
    await ensureModules();
    await ensureGuest();
    await ensureBuild();
    return show(pinnedNode(), [script('electron-builder'), '--publish', 'never', ...args]);
  },
  check: async () => (await ensureModules(), (await runChecks()).failed > 0 ? 1 : 0),
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
try {
  if (command === undefined) throw new SetupError(`usage: run.mjs ${Object.keys(COMMANDS).join('|')}`);
  process.exitCode = await command(args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`\n✗ ${error.message}\n`);
  process.exitCode = 1;
}
