import { environment, pinnedNode, script, show } from './process.mjs';
import { line, seconds } from './say.mjs';

/** Everything that can be said about the sources without running them. */
const CHECKS = [
  { name: 'types', args: () => [script('typescript', 'tsc'), '-b'] },
  { name: 'lint', args: () => [script('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'format', args: () => [script('oxfmt'), '--check'] },
  { name: 'unused', args: () => [script('knip'), '--no-progress'] },
];

/** @returns {Promise<{ name: string, passed: number, failed: number, skipped: number }>} */
export async function runChecks() {
  let failed = 0;
  for (const check of CHECKS) {
    const begun = performance.now();
    const code = await show(pinnedNode(), check.args(), environment());
    if (code !== 0) failed += 1;
    line(`${code === 0 ? '✓' : '✗'} ${check.name} (${seconds(begun)})`);
  }
  return { name: 'check', passed: CHECKS.length - failed, failed, skipped: 0 };
}
