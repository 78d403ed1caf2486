// Plays histories by the hundred thousand: npm run simulate -- [--histories 100000] [--seed 1]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { play, type Played } from './history.ts';
import { drawScript } from './script.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const LINES = 400;
const REPORT_EVERY = 1_000;

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
// What is no number would play no history, and find nothing broken.
const Count = z.coerce.number().int().positive();
const [first, count] = [Count.parse(values.seed), Count.parse(values.histories)];
const tally = new Tally();
const begun = { wall: performance.now(), cpu: process.cpuUsage().user };

function elapsed(): string {
  const wall = (performance.now() - begun.wall) / 1000;
  const cpu = (process.cpuUsage().user - begun.cpu) / 1_000_000;
  return `${wall.toFixed(0)} s (${cpu.toFixed(0)} s of CPU)`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The seed, and the shortest history that still breaks something. */
async function tell(seed: number, { findings }: Played): Promise<void> {
  const isBroken = async (script: ReturnType<typeof drawScript>) =>
    (await play(seed, script)).findings.length > 0;
  const script = await shrink(drawScript(seed), isBroken);
  const { log } = await play(seed, script, { keepLog: true });
  say(`✗ seed ${seed}: ${findings.join('; ')}`);
  say(JSON.stringify(script, null, 2));
  for (const line of log.slice(-LINES)) say(`  ${line}`);
}

let broken = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const played = await play(seed, drawScript(seed));
  for (const { point, fault } of played.met) tally.count(fault.what, point);
  if (played.findings.length > 0) {
    broken += 1;
    await tell(seed, played);
  }
  const done = seed - first + 1;
  if (done % REPORT_EVERY === 0) say(`${done} histories, ${broken} broken, ${elapsed()}`);
}
const summary = `${count} histories from seed ${first}: ${broken} broken, ${tally.total} faults, ${elapsed()}`;
mkdirSync(ARTIFACTS, { recursive: true });
writeFileSync(join(ARTIFACTS, 'simulation.txt'), `${summary}\n\n${tally.table()}`);
say(summary);
process.exitCode = broken > 0 ? 1 : 0;
