import { type Fault, type Planned } from './faults.ts';
import { disturbed } from './matrix.ts';
import { Random } from './random.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Tally } from './tally.ts';

/** kills that are planned for one run; fewer come when its work ends before */
const KILLS = 10;

const ALL = Object.entries(SCENARIOS).flatMap(([kind, scenarios]) =>
  scenarios.map((scenario) => ({ kind, scenario })),
);

/** Kills, one after the other, a few moments apart. */
function drawKills(random: Random): Planned[] {
  let at = random.below(40);
  return Array.from({ length: KILLS }, () => {
    const fault: Fault = { what: 'kill', down: random.pick([0, 500, 5_000]) };
    const planned = { at, fault };
    at += random.between(1, 30);
    return planned;
  });
}

/** One operation, whose process is killed again and again. @returns what is wrong in the end */
export async function storm(seed: number, tally: Tally): Promise<readonly string[]> {
  const random = new Random(seed, 3);
  const chosen = ALL[seed % ALL.length];
  if (chosen === undefined) throw new Error('there are no scenarios');
  const { findings, met } = await disturbed(chosen.scenario, seed, drawKills(random), { survives: true });
  for (const { point, fault } of met) tally.count(fault.what, point);
  return findings.map((finding) => `${chosen.kind}, ${chosen.scenario.variant}, seed ${seed}: ${finding}`);
}
