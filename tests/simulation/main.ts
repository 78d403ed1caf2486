// Plays many histories: node main.ts [--histories 1000] [--seed 1]
import { parseArgs } from 'node:util';
import { drawScript } from './script.ts';
import { play } from './history.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    log: { type: 'boolean' },
  },
});
const first = Number(values.seed);
const begun = performance.now();
const kinds = new Map<string, number[]>();
for (let seed = first; seed < first + Number(values.histories); seed += 1) {
  const { findings, log } = await play(seed, drawScript(seed), { keepLog: values.log === true });
  if (values.log) process.stdout.write(log.join('\n') + '\n');
  for (const finding of findings) {
    const kind = finding.replaceAll(/[0-9a-f]{8}-[-0-9a-f]{27}/g, 'ID').replaceAll(/\bi\d+(-\d)?\b/g, 'I');
    kinds.set(kind, [...(kinds.get(kind) ?? []), seed]);
  }
}
process.stdout.write(`${((performance.now() - begun) / Number(values.histories)).toFixed(1)} ms a history\n`);
for (const [kind, seeds] of kinds)
  process.stdout.write(`${seeds.length} × ${kind}: seeds ${seeds.slice(0, 6).join(' ')}\n`);
