import { runChecks } from './check.mjs';
import { electronPath } from './electron.mjs';
import { line } from './say.mjs';
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

/** Everything, from the cheapest to the dearest. @returns {Promise<number>} exit code */
export async function runTests() {
  const lab = labObstacle();
  const window = electronPath() === null ? 'there is no Electron for this machine' : lab;
  const outcomes = [
    await suite('check', null, runChecks),
    await suite('unit', null, () => runVitest('unit')),
    await suite('integration', lab, () => runVitest('integration')),
    await suite('e2e', window, runWindow),
  ];
  line('');
  for (const { name, ...counts } of outcomes) line(`${name.padEnd(12)} ${words(counts)}`);
  const verdict = total(outcomes);
  line(`\n${verdict.line}`);
  return verdict.code;
}
