import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TASK_KINDS, type TaskKind } from '../../core/queue/kinds.ts';
import { stepsOf } from './operation-steps.ts';
import { MATRIX_FAULTS, type MatrixFault, meets, pointsOf, runCell } from './matrix.ts';
import { SCENARIOS } from './scenarios.ts';
import { Tally } from './tally.ts';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
/** Whatever an operation's moments are drawn from: any seed would do, and this one is the same in every run. */
const SEED = 7;
const LONG = 900_000;
/** Every so-manieth moment of an operation meets the faults other than a kill; `MICRONOVA_MATRIX=all` takes every one. */
const EVERY = process.env['MICRONOVA_MATRIX'] === 'all' ? 1 : 29;

const matrix = new Tally();

afterAll(() => {
  matrix.write(join(ARTIFACTS, 'crash-matrix.txt'));
});

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a record are its keys
const KINDS = Object.keys(TASK_KINDS) as TaskKind[];
const ALL = KINDS.flatMap((kind) =>
  SCENARIOS[kind].map((scenario) => [kind, scenario.variant, scenario] as const),
);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
const FAULTS = Object.keys(MATRIX_FAULTS) as MatrixFault[];

describe('the crash matrix', () => {
  it.each(KINDS)('leaves out no step of %s', async (kind) => {
    const met = new Set<string>();
    for (const scenario of SCENARIOS[kind]) {
      for (const { step } of await pointsOf(scenario, SEED)) met.add(step);
    }
    const steps = (await stepsOf(kind)).map((step) => `${kind} ${step}`);
    expect(steps.filter((step) => !met.has(step))).toEqual([]);
  });

  it.each(ALL)(
    '%s, %s: killed at every moment, disturbed at many',
    async (kind, _variant, scenario) => {
      const broken: string[] = [];
      const points = await pointsOf(scenario, SEED);
      for (const fault of FAULTS) {
        for (const point of points) {
          if (!meets(fault, point.moment) || (fault !== 'kill' && point.at % EVERY !== 0)) continue;
          const { findings, met } = await runCell({ kind, scenario, fault, point }, SEED);
          for (const one of met) matrix.count(fault, one.point);
          broken.push(...findings.map((finding) => `${fault} at ${point.at} ${point.step}: ${finding}`));
        }
      }
      expect(broken).toEqual([]);
    },
    LONG,
  );
});
