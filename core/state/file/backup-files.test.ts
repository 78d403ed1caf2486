import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../domain/log.ts';
import {
  adoptOldCopies,
  backupFolder,
  listBackups,
  newestSound,
  prune,
  sweepUnfinished,
} from './backup-files.ts';
import { type Database, openDatabase } from '../database.ts';
import { crashPoints, markDatabase, marksOf } from '../test-kit.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-01-31T12:00:00.000Z');

let folder: string;
let file: string;
const opened: Database[] = [];

function open(): Database {
  const database = openDatabase(file, { log: silentLog });
  opened.push(database);
  return database;
}

const corrupt = (remedy: unknown) => expect.objectContaining({ code: 'state.corrupt', remedy });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'micronova-backups-'));
  file = join(folder, 'micronova.db');
});

afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('is whole, private, and tells its age and reason by its name', () => {
    markDatabase(file, 'one');
    const made = open().backUp('manual', START);
    expect(made).toEqual({
      file: join(backupFolder(file), 'micronova-2026-01-31T12-00-00-000Z-manual.db'),
      at: '2026-01-31T12:00:00.000Z',
      size: expect.any(Number) as number,
      reason: 'manual',
    });
    expect(marksOf(made.file)).toEqual(['one']);
    expect(listBackups(file)).toEqual([made]);
  });

  it('never takes the place of another one', () => {
    const database = open();
    const [one, two] = [database.backUp('daily', START), database.backUp('daily', START)];
    expect(two.at).toBe('2026-01-31T12:00:00.001Z');
    expect(listBackups(file)).toEqual([two, one]);
  });

  it('is one of ours: what else lies in the folder is neither listed nor removed', () => {
    open().backUp('daily', START);
    writeFileSync(join(backupFolder(file), 'mine.db'), '');
    prune(file, 'daily', 0, START);
    sweepUnfinished(file);
    expect(readdirSync(backupFolder(file))).toEqual(['mine.db']);
    expect(listBackups(file)).toEqual([]);
  });

  it('makes the oldest of its reason go, and first those of a clock that was wrong', () => {
    const database = open();
    const future = database.backUp('daily', START + 1000 * DAY);
    for (const day of [0, 1, 2, 3]) database.backUp('daily', START + day * DAY);
    database.backUp('manual', START);
    prune(file, 'daily', 3, START + 3 * DAY);
    expect(listBackups(file).map(({ at, reason }) => `${at.slice(5, 10)} ${reason}`)).toEqual([
      '02-03 daily',
      '02-02 daily',
      '02-01 daily',
      '01-31 manual',
    ]);
    expect(existsSync(future.file)).toBe(false);
  });

  it('that is killed anywhere leaves whole ones only', () => {
    markDatabase(file, 'one');
    const database = open();
    const points = crashPoints(folder, `${folder}-points`, () => database.backUp('daily', START));
    expect(points.length).toBeGreaterThan(5);
    for (const point of points) {
      const copy = join(point, 'micronova.db');
      for (const one of listBackups(copy)) expect(marksOf(one.file)).toEqual(['one']);
      sweepUnfinished(copy);
      expect(readdirSync(point, { recursive: true }).filter((name) => String(name).includes('part'))).toEqual(
        [],
      );
    }
    rmSync(`${folder}-points`, { recursive: true });
  });

  it('of the first Micronova, which lay beside the database, is taken in', () => {
    open();
    for (const end of ['.bak', '.v1.bak', '.until-2026-01-01T00-00-00-000Z.bak']) {
      writeFileSync(`${file}${end}`, '');
      utimesSync(`${file}${end}`, START / 1000, START / 1000);
    }
    writeFileSync(join(folder, 'other.bak'), '');
    adoptOldCopies(file);
    adoptOldCopies(file);
    expect(
      listBackups(file)
        .map(({ reason }) => reason)
        .toSorted(),
    ).toEqual(['daily', 'migration', 'replaced']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.bak'))).toEqual(['other.bak']);
  });
});

describe('a damaged database', () => {
  /** @returns the backups, oldest first */
  function withBackups(): string[] {
    markDatabase(file, 'one');
    const database = open();
    const made = [0, 1].map((day) => database.backUp('daily', START + day * DAY).file);
    opened.pop()?.close();
    return made;
  }

  it.each([
    ['is truncated', () => truncateSync(file, 5 * 4096)],
    ['ends in mid-page', () => truncateSync(file, 5 * 4096 + 7)],
    ['lost all but half its header', () => truncateSync(file, 50)],
    ['is empty', () => truncateSync(file, 0)],
    ['is garbage', () => writeFileSync(file, Buffer.alloc(20_000, 'garbage'))],
  ])('that %s is left alone, and the newest sound copy is named', (_, harm) => {
    const [older = '', newer = ''] = withBackups();
    truncateSync(newer, 2 * 4096);
    harm();
    const before = readFileSync(file);
    expect(() => open()).toThrow(corrupt(expect.stringContaining(`copy ${older} to ${file}`)));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(newestSound(file)?.file).toBe(older);
  });

  it('without a sound copy says so', () => {
    for (const backup of withBackups()) writeFileSync(backup, 'nothing');
    truncateSync(file, 4096);
    expect(() => open()).toThrow(corrupt(expect.stringContaining('no sound copy')));
  });

  it('is whole again once that copy is put in its place', () => {
    const [, newer = ''] = withBackups();
    rmSync(file);
    writeFileSync(file, readFileSync(newer));
    open();
    opened.pop()?.close();
    expect(marksOf(file)).toEqual(['one']);
  });

  it.each([
    ['with a schema version of none', 'CREATE TABLE cookies (x)'],
    ['with a version like ours', 'CREATE TABLE cookies (x); CREATE TABLE meta (x); PRAGMA user_version = 2'],
  ])('of another program, %s, is refused and left alone', (_, sql) => {
    const raw = new DatabaseSync(file);
    raw.exec(sql);
    raw.close();
    const before = readFileSync(file);
    expect(() => open()).toThrow(corrupt(expect.stringContaining('was not changed')));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['micronova.db']);
  });

  it('that begins anew leaves the newest copy of the one before where no rotation takes it', () => {
    const [older = '', newer = ''] = withBackups();
    rmSync(file);
    open();
    const kept = listBackups(file);
    expect(kept.map(({ reason }) => reason).toSorted()).toEqual(['daily', 'replaced']);
    expect(kept.map((one) => one.file)).toContain(older);
    expect(existsSync(newer)).toBe(false);
    expect(marksOf(kept.find(({ reason }) => reason === 'replaced')?.file ?? '')).toEqual(['one']);
  });
});
