import { runChecks } from './check.mjs';
import { electronPath } from './electron.mjs';
import { line, SetupError } from './say.mjs';
import { runVitest, runWindow, skipSuite } from './suites.mjs';

/** Why real hosts cannot be had here, or null. */
function labObstacle() {
  if (process.platform !== 'linux') return 'the lab of real hosts needs Linux';
  return process.getuid?.() === 0 ? null : 'the lab of real hosts needs root (namespaces and libvirtd)';
}

/** Whether a suite that cannot run may be left out: never where a machine, not a person, reads the result. */
function maySkip() {
  return !process.env['CI'] || process.env['CI'] === 'false';
}

/**
 * @param {string} name @param {string | null} obstacle @param {() => Promise<import('./suites.mjs').Outcome>} run
 * @returns {Promise<import('./suites.mjs').Outcome>}
 */
async function suite(name, obstacle, run) {
  line(`\n▸ ${name}`);
  if (obstacle === null) return run();
  line(`  not run: ${obstacle}`);
  return maySkip() ? skipSuite(name) : { name, passed: 0, failed: 1, skipped: 0 };
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
function words({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The last line, and the exit code. @param {readonly import('./suites.mjs').Outcome[]} outcomes */
export function total(outcomes) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of outcomes) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return { line: words(sum), code: sum.failed > 0 || sum.passed === 0 ? 1 : 0 };
}

/**
 * Everything, from the cheapest to the dearest, or the suites that are named.
 * @param {readonly string[]} only @returns {Promise<number>} exit code
 */
export async function runTests(only) {
  const lab = labObstacle();
  const window = electronPath() === null ? 'there is no Electron for this machine' : lab;
  const suites = [
    { name: 'check', obstacle: null, run: runChecks },
    { name: 'unit', obstacle: null, run: () => runVitest('unit') },
    { name: 'simulation', obstacle: null, run: () => runVitest('simulation') },
    { name: 'integration', obstacle: lab, run: () => runVitest('integration') },
    { name: 'e2e', obstacle: window, run: runWindow },
  ];
  const unknown = only.find((name) => !suites.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new SetupError(`There is no suite ${unknown}: ${suites.map(({ name }) => name).join(', ')}`);
  const outcomes = [];
  for (const { name, obstacle, run } of suites) {
    if (only.length === 0 || only.includes(name)) outcomes.push(await suite(name, obstacle, run));
  }
  line('');
  for (const { name, ...counts } of outcomes) line(`${name.padEnd(12)} ${words(counts)}`);
  const verdict = total(outcomes);
  line(`\n${verdict.line}`);
  return verdict.code;
}
