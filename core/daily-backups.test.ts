import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DailyBackups } from './daily-backups.ts';
import { silentLog } from './domain/log.ts';
import { ManualClock } from './queue/manual-clock.ts';
import { listBackups } from './state/file/backup-files.ts';
import { type Database, databaseFile, openDatabase } from './state/database.ts';
import { setSettings } from './state/settings.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

let home: string;
let database: Database;
let clock: ManualClock;
let keeper: DailyBackups;
const warnings: unknown[] = [];

function start(): void {
  const log = { ...silentLog, warn: (what: unknown) => void warnings.push(what) };
  keeper = new DailyBackups({ database, clock, log });
  keeper.start();
}

const ages = () => listBackups(database.file).map(({ at }) => (clock.now() - Date.parse(at)) / HOUR);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'micronova-daily-'));
  database = openDatabase(databaseFile(home), { log: silentLog });
  clock = new ManualClock();
  warnings.length = 0;
  start();
});

afterEach(() => {
  keeper[Symbol.dispose]();
  database.close();
  rmSync(home, { recursive: true, force: true });
});

it('is made at start, unless there is one of today', () => {
  expect(ages()).toEqual([0]);
  keeper[Symbol.dispose]();
  clock.pass(23 * HOUR);
  start();
  expect(ages()).toEqual([23]);
  keeper[Symbol.dispose]();
  clock.pass(HOUR);
  start();
  expect(ages()).toEqual([0, 24]);
});

it('is made every day while Micronova runs, and as many are kept as the settings say', () => {
  database.write((tx) => setSettings(tx, { backupsKept: 3 }));
  clock.pass(10 * DAY);
  expect(ages()).toEqual([0, 24, 48]);
  database.backUp('manual', clock.now() - 5 * DAY);
  database.write((tx) => setSettings(tx, { backupsKept: 1 }));
  clock.pass(DAY);
  expect(ages()).toEqual([0, 6 * 24]);
});

it('is not put off by a copy from the future, made while the clock was wrong', () => {
  database.backUp('daily', clock.now() + 1000 * DAY);
  clock.pass(DAY);
  expect(ages()).toContain(0);
});

it('is tried again in an hour where it could not be made', () => {
  rmSync(join(home, 'backups'), { recursive: true });
  writeFileSync(join(home, 'backups'), 'in the way');
  clock.pass(DAY + HOUR);
  expect(warnings.length).toBeGreaterThan(0);
  rmSync(join(home, 'backups'));
  clock.pass(HOUR);
  expect(ages()).toEqual([0]);
});

it('ends with Micronova', () => {
  keeper[Symbol.dispose]();
  clock.pass(10 * DAY);
  expect(ages()).toEqual([240]);
});
