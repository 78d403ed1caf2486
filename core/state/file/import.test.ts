import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../domain/log.ts';
import { listBackups } from './backup-files.ts';
import { type Database, openDatabase } from '../database.ts';
import { exportDatabase } from './export.ts';
import { stageImport } from './import-check.ts';
import { stagedImport } from './import.ts';
import { MIGRATIONS } from '../migrate.ts';
import { q } from '../query.ts';
import { crashPoints, markDatabase, marksOf } from '../test-kit.ts';

let folder: string;
let home: string;
let file: string;
/** the file that is imported */
let other: string;
const opened: Database[] = [];

function open(name = file): Database {
  const database = openDatabase(name, { log: silentLog });
  opened.push(database);
  return database;
}

function closeAll(): void {
  for (const database of opened.splice(0)) database.close();
}

const marks = (database: Database) =>
  database.all(q.selectFrom('meta').select('key').where('value', '=', '1')).map(({ key }) => key);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'micronova-import-'));
  home = join(folder, 'data');
  file = join(home, 'micronova.db');
  other = join(folder, 'other.db');
  markDatabase(file, 'old');
  markDatabase(other, 'new');
});

afterEach(() => {
  closeAll();
  rmSync(folder, { recursive: true, force: true });
});

describe('an export', () => {
  it('is a whole copy, private, and only where it was asked for', () => {
    const target = join(folder, 'copy.db');
    const made = exportDatabase(open(), target, 0);
    expect(made).toMatchObject({ file: target, at: '1970-01-01T00:00:00.000Z', reason: 'manual' });
    expect(made.size).toBeGreaterThan(4096);
    expect(marksOf(target)).toEqual(['old']);
    expect(readdirSync(folder).toSorted()).toEqual(['copy.db', 'data', 'other.db']);
  });

  it.each([
    ['a path that does not begin at the root', () => 'copy.db', 'whole path'],
    ['a file that is there', () => other, 'there already'],
    ['a folder that is not there', () => join(folder, 'no', 'copy.db'), 'no folder'],
    ['a file for a folder', () => join(other, 'copy.db'), 'no folder'],
    ['the data folder', () => join(home, 'copy.db'), 'data folder'],
    ['its backups', () => join(home, 'backups', 'copy.db'), 'no folder'],
  ])('to %s is refused', (_, target, words) => {
    const refused = { code: 'bad_input', field: 'file', remedy: expect.any(String) as string };
    expect(() => exportDatabase(open(), target(), 0)).toThrow(
      expect.objectContaining({ ...refused, message: expect.stringContaining(words) as string }),
    );
    expect(marksOf(other)).toEqual(['new']);
  });

  it.skipIf(process.platform !== 'linux')('to a folder that cannot be written names that place', () => {
    expect(() => exportDatabase(open(), '/proc/copy.db', 0)).toThrow(
      expect.objectContaining({
        code: 'state.read_only',
        message: expect.stringContaining('/proc/copy.db') as string,
      }),
    );
  });

  it('that is killed leaves nothing under that name, or all of it', () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const database = open();
    const points = crashPoints(out, join(folder, 'points'), () =>
      exportDatabase(database, join(out, 'copy.db'), 0),
    );
    expect(points.length).toBeGreaterThan(4);
    const whole = points.map((point) => join(point, 'copy.db')).filter((copy) => existsSync(copy));
    expect(whole.length).toBeGreaterThan(0);
    for (const copy of whole) expect(marksOf(copy)).toEqual(['old']);
  });
});

describe('an import', () => {
  it('counts what comes, waits, and is taken at the next start; what was there is kept', () => {
    const database = open();
    expect(stageImport(other, file)).toEqual({ instances: 0, hosts: 0 });
    expect(marks(database)).toEqual(['old']);
    database.write((tx) => tx.run(q.insertInto('meta').values({ key: 'later', value: '1' })));
    closeAll();
    expect(marks(open())).toEqual(['new']);
    expect(existsSync(stagedImport(file))).toBe(false);
    expect(listBackups(file)).toMatchObject([{ reason: 'replaced' }]);
    expect(marksOf(listBackups(file)[0]?.file ?? '')).toEqual(['old', 'later']);
    closeAll();
    expect(marks(open())).toEqual(['new']);
    expect(listBackups(file)).toHaveLength(1);
    expect(marksOf(other)).toEqual(['new']);
  });

  it('of an export brings back everything', () => {
    const copy = join(folder, 'copy.db');
    exportDatabase(open(), copy, 0);
    closeAll();
    rmSync(home, { recursive: true });
    open();
    stageImport(copy, file);
    closeAll();
    expect(marks(open())).toEqual(['old']);
  });

  it('may be done again with the same file, and with a backup', () => {
    for (const keys of [['old'], ['new']]) {
      const database = open();
      expect(marks(database)).toEqual(keys);
      stageImport(other, file);
      closeAll();
    }
    expect(marks(open())).toEqual(['new']);
    stageImport(listBackups(file).at(-1)?.file ?? '', file);
    closeAll();
    expect(marks(open())).toEqual(['old']);
  });

  it('of a database that was copied while in use takes in its write-ahead log', () => {
    const busy = openDatabase(join(folder, 'busy.db'), { log: silentLog });
    opened.push(busy);
    busy.write((tx) => tx.run(q.insertInto('meta').values({ key: 'fresh', value: '1' })));
    for (const end of ['', '-wal']) copyFileSync(join(folder, `busy.db${end}`), `${other}${end}`);
    open();
    stageImport(other, file);
    closeAll();
    expect(marks(open())).toEqual(['fresh']);
    expect(existsSync(`${other}-wal`)).toBe(true);
  });

  it('of an older schema is brought forward when it is taken', () => {
    const old = new DatabaseSync(join(folder, 'v1.db'));
    old.exec(`${MIGRATIONS[0]?.sql ?? ''}; PRAGMA user_version = 1; INSERT INTO meta VALUES ('one', '1')`);
    old.close();
    open();
    stageImport(join(folder, 'v1.db'), file);
    closeAll();
    const database = open();
    expect(marks(database)).toEqual(['one']);
    expect(database.all(q.selectFrom('projects').select('name'))).toEqual([{ name: 'admin' }]);
    expect(listBackups(file).map(({ reason }) => reason)).toEqual(['migration', 'replaced']);
  });

  const sqlite = (name: string, ...sql: string[]) => {
    const path = join(folder, name);
    const database = new DatabaseSync(path);
    for (const one of sql) database.exec(one);
    database.close();
    return path;
  };
  const changed = (...sql: string[]) => {
    const path = join(folder, 'changed.db');
    copyFileSync(other, path);
    return sqlite('changed.db', 'PRAGMA foreign_keys = OFF', ...sql);
  };

  it.each([
    ['a path that does not begin at the root', () => 'other.db', 'whole path'],
    ['a file that is not there', () => join(folder, 'nothing.db'), 'not there'],
    ['a folder', () => folder, 'not a file'],
    ['an empty file', () => (writeFileSync(join(folder, 'x'), ''), join(folder, 'x')), 'is empty'],
    ['a text', () => (writeFileSync(join(folder, 'x'), 'SQLite? No.'), join(folder, 'x')), 'not an SQLite'],
    ['a truncated copy', () => (truncateSync(other, 3 * 4096), other), 'damaged or not whole'],
    ['a copy cut in a page', () => (truncateSync(other, 3 * 4096 + 100), other), 'damaged or not whole'],
    ['half a header', () => (truncateSync(other, 50), other), 'damaged or not whole'],
    [
      'a copy with a damaged page',
      () => {
        const bytes = readFileSync(other).fill(0x5a, 4096, 3 * 4096);
        writeFileSync(other, bytes);
        return other;
      },
      'damaged or not whole',
    ],
    ['a database of another program', () => sqlite('x.db', 'CREATE TABLE cookies (x)'), 'no database of'],
    [
      'another program with a version like ours',
      () => sqlite('x.db', 'CREATE TABLE meta (x)', 'PRAGMA user_version = 2'),
      'no database of',
    ],
    ['a database that lacks a column', () => changed('ALTER TABLE hosts DROP COLUMN pool'), 'holds what no'],
    ['a database that lacks a table', () => changed('DROP TABLE decisions'), 'holds what no'],
    [
      'rows of a wrong type',
      () =>
        changed(
          'DROP TABLE settings',
          'CREATE TABLE settings (key, value_json)',
          "INSERT INTO settings VALUES ('x', x'00')",
        ),
      'holds what no',
    ],
    [
      'rows that refer to nothing',
      () => changed("INSERT INTO resource_providers VALUES ('x', 'x', 0)"),
      'not there',
    ],
    ['the database in use', () => file, 'in use now'],
    [
      'a link to it',
      () => (symlinkSync(file, join(folder, 'link.db')), join(folder, 'link.db')),
      'in use now',
    ],
    [
      'a second name of it',
      () => (linkSync(file, join(folder, 'hard.db')), join(folder, 'hard.db')),
      'in use now',
    ],
  ])('of %s is refused, and changes nothing', (_, make, words) => {
    const database = open();
    const path = make();
    expect(() => stageImport(path, file)).toThrow(
      expect.objectContaining({
        code: 'bad_input',
        message: expect.stringContaining(words) as string,
      }),
    );
    expect(marks(database)).toEqual(['old']);
    const left = readdirSync(home).filter((name) => name.includes('import'));
    expect(left).toEqual([]);
  });

  it('of a newer schema says so', () => {
    open();
    const path = changed('PRAGMA user_version = 999');
    expect(() => stageImport(path, file)).toThrow(
      expect.objectContaining({
        code: 'state.newer_schema',
        message: expect.stringContaining(path) as string,
      }),
    );
  });

  it('brings nothing but rows: no trigger, no view, no table of its own', () => {
    open();
    const path = changed(
      'CREATE TABLE extra (x)',
      "CREATE TRIGGER evil AFTER INSERT ON meta BEGIN DELETE FROM hosts; END; CREATE VIEW v AS SELECT 'x'",
    );
    stageImport(path, file);
    closeAll();
    open();
    closeAll();
    const raw = new DatabaseSync(file);
    const names = raw.prepare("SELECT name FROM sqlite_schema WHERE name IN ('extra', 'evil', 'v')").all();
    raw.close();
    expect(names).toEqual([]);
  });

  it('that was damaged while it waited is named, and the present database goes on without it', () => {
    open();
    stageImport(other, file);
    closeAll();
    truncateSync(stagedImport(file), 2 * 4096);
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'state.corrupt',
        message: expect.stringContaining(stagedImport(file)) as string,
        remedy: expect.stringContaining('Delete') as string,
      }),
    );
    rmSync(stagedImport(file));
    expect(marks(open())).toEqual(['old']);
  });

  it('that is killed anywhere loses nothing: it is the old or the new, and the old is kept', () => {
    open();
    const staging = crashPoints(home, join(folder, 'staging'), () => stageImport(other, file));
    closeAll();
    const taking = crashPoints(home, join(folder, 'taking'), () => open());
    closeAll();
    expect(staging.length).toBeGreaterThan(30);
    expect(taking.length).toBeGreaterThan(30);
    const outcomes = [...staging, ...taking].map((point) => {
      const at = join(point, 'micronova.db');
      const found = marks(open(at)).join();
      closeAll();
      // What a killed check or a killed start had begun is finished or gone.
      expect(readdirSync(point).filter((name) => /import|part|wal/.test(name))).toEqual([]);
      if (found === 'new') {
        const kept = listBackups(at).flatMap((one) => marksOf(one.file));
        expect(kept).toContain('old');
      }
      return found;
    });
    expect(new Set(outcomes)).toEqual(new Set(['old', 'new']));
    // From the moment that the caller was told, it is the new one.
    expect(new Set(outcomes.slice(staging.length - 1))).toEqual(new Set(['new']));
  });
});

it('says that an appended tail does no harm', () => {
  open();
  appendFileSync(other, Buffer.alloc(10));
  expect(stageImport(other, file)).toEqual({ instances: 0, hosts: 0 });
});
