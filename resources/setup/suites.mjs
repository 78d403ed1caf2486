import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACTS, ROOT } from './paths.mjs';
import { startDisplay } from './display.mjs';
import { electronPath } from './electron.mjs';
import { environment, pinnedNode, script, show } from './process.mjs';
import { line } from './say.mjs';

/** @typedef {{ name: string, passed: number, failed: number, skipped: number }} Outcome */

/** What a report says; a suite that broke without a failing test still counts as failed. @param {Outcome} counted @param {number} code */
export function judged(counted, code) {
  const broken = counted.failed === 0 && (code !== 0 || counted.passed === 0);
  return broken ? { ...counted, failed: 1 } : counted;
}

/** @param {string} name @returns {any} null when the suite wrote no report */
function report(name) {
  const file = join(ARTIFACTS, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** @param {string} name project of vitest.config.ts @returns {Promise<Outcome>} */
export async function runVitest(name) {
  mkdirSync(ARTIFACTS, { recursive: true });
  rmSync(join(ARTIFACTS, `${name}.json`), { force: true });
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(ARTIFACTS, `${name}.json`)}`,
  ];
  const code = await show(pinnedNode(), [script('vitest'), 'run', '--project', name, ...reporters]);
  const found = report(name);
  const counted = {
    name,
    passed: found?.numPassedTests ?? 0,
    failed: found?.numFailedTests ?? 0,
    skipped: (found?.numPendingTests ?? 0) + (found?.numTodoTests ?? 0),
  };
  return judged(counted, code);
}

/** The real window, on a display of its own. @returns {Promise<Outcome>} */
export async function runWindow() {
  const name = 'e2e';
  const display = await startDisplay();
  if (display === null) {
    line('  not run: the window needs a display, and there is no Xvfb here');
    return { name, passed: 0, failed: 1, skipped: 0 };
  }
  mkdirSync(ARTIFACTS, { recursive: true });
  rmSync(join(ARTIFACTS, `${name}.json`), { force: true });
  try {
    const env = {
      ...environment(),
      DISPLAY: display.name,
      MICRONOVA_ELECTRON: electronPath() ?? '',
      PLAYWRIGHT_JSON_OUTPUT_NAME: join(ARTIFACTS, `${name}.json`),
    };
    const args = [
      script('@playwright/test', 'playwright'),
      'test',
      '--config',
      'tests/e2e',
      '--reporter=list,json',
    ];
    const code = await show(pinnedNode(), args, env);
    const stats = report(name)?.stats;
    // A test that passes only when tried again has failed.
    const failed = (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
    return judged({ name, passed: stats?.expected ?? 0, failed, skipped: stats?.skipped ?? 0 }, code);
  } finally {
    display.end();
  }
}

/** The files of a suite that cannot run here, each counted as one skipped test. @param {string} name @returns {Outcome} */
export function skipSuite(name) {
  const files = readdirSync(join(ROOT, 'tests', name), { recursive: true, encoding: 'utf8' });
  return {
    name,
    passed: 0,
    failed: 0,
    skipped: files.filter((file) => /\.(test|spec)\.ts$/.test(file)).length,
  };
}
