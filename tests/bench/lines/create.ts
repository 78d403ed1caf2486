import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FakePlane } from '../fake-plane.ts';
import type { Contender, Line } from '../pair.ts';

const SERIAL = 20;
const AT_ONCE = 50;
/** About what one create writes: its row, its claim, the end of each step. */
const TRANSACTIONS = 12;

/** What no control plane can be faster than that keeps each of its steps on this disk. */
function emptyTransactions(folder: string, count: number): Contender {
  const sqlite = new DatabaseSync(join(folder, `empty-${count}.db`));
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  sqlite.exec('CREATE TABLE one (n INTEGER)');
  return {
    name: `${count} empty SQLite transactions, each synced`,
    run: () => {
      for (let n = 0; n < count; n += 1) sqlite.exec('BEGIN IMMEDIATE; INSERT INTO one VALUES (1); COMMIT');
      return Promise.resolve();
    },
  };
}

async function oneByOne(fake: FakePlane): Promise<number> {
  const begun = performance.now();
  for (let n = 0; n < SERIAL; n += 1) await fake.launch(1);
  return (performance.now() - begun) / SERIAL;
}

/** From the order to ACTIVE on hosts in memory: all that Micronova itself adds to a boot. Figures are a create's share. */
export function createLines(fake: FakePlane): Promise<Line[]> {
  const clean = () => fake.removeAll();
  const serial: Contender = {
    name: `${SERIAL} creates, one after the other`,
    run: () => oneByOne(fake),
    clean,
  };
  const atOnce: Contender = { name: `${AT_ONCE} creates at once`, run: () => fake.launch(AT_ONCE), clean };
  return Promise.resolve([
    {
      name: 'create accepted → active',
      ratio: 'time',
      aim: 13 / 640,
      rounds: 5,
      ours: serial,
      peer: { name: 'Nova, POST → ACTIVE with its fake driver (known figure, not this run)', knownMs: 640 },
    },
    {
      name: `${AT_ONCE} creates at once, all active`,
      ratio: 'time',
      aim: 0.02,
      rounds: 5,
      ours: atOnce,
      peer: { name: 'Nova, 2 boots a second (known figure, not this run)', knownMs: (AT_ONCE / 2) * 1000 },
    },
    {
      name: 'create against what its disk costs',
      ratio: 'time',
      aim: 4,
      rounds: 5,
      ours: serial,
      peer: emptyTransactions(fake.folder, TRANSACTIONS),
    },
    {
      name: `${AT_ONCE} creates at once against their disk, one after the other`,
      ratio: 'time',
      aim: 2,
      rounds: 5,
      ours: atOnce,
      peer: emptyTransactions(fake.folder, AT_ONCE * TRANSACTIONS),
    },
  ]);
}
