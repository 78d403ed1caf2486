import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { storm } from './storm.ts';
import { Tally } from './tally.ts';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const KILLS = 10_000;

const kills = new Tally();

afterAll(() => kills.write(join(ARTIFACTS, 'crash-kills.txt')));

it(`0 lost, 0 doubled, 0 leaked after ${KILLS} seeded kills`, async () => {
  const broken: string[] = [];
  for (let seed = 0; kills.total < KILLS; seed += 1) broken.push(...(await storm(seed, kills)));
  expect(broken).toEqual([]);
}, 900_000);
