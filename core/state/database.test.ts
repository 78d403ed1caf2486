import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContractEvent } from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from './database.ts';
import { listBackups } from './file/backup-files.ts';
import { MIGRATIONS } from './migrate.ts';
import { q } from './query.ts';

const options = { log: silentLog };
const event = (revision: number): ContractEvent => ({
  type: 'deleted',
  resource: 'flavor',
  id: 'x',
  revision,
});
const setMeta = (key: string, value: string) => q.insertInto('meta').values({ key, value });
const metaKeys = (database: Database) =>
  database.all(q.selectFrom('meta').select('key')).map((row) => row.key);

let folder: string;
let file: string;
const opened: Database[] = [];

function open(name = file): Database {
  const database = openDatabase(name, options);
  opened.push(database);
  return database;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'micronova-state-'));
  file = join(folder, 'data', 'micronova.db');
});

afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a transaction', () => {
  it('tells its events in order once it is on disk', () => {
    const database = open(':memory:');
    const heard: unknown[] = [];
    database.subscribe((got) => heard.push([got, metaKeys(database).includes('a')]));
    database.write((tx) => {
      tx.publish(event(1));
      tx.run(setMeta('a', '1'));
      tx.publish(event(2));
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual([
      [event(1), true],
      [event(2), true],
    ]);
  });

  it('leaves nothing and tells nothing when its work fails', () => {
    const database = open(':memory:');
    const heard: unknown[] = [];
    database.subscribe((got) => heard.push(got));
    const before = database.write((tx) => tx.nextRevision());
    expect(() =>
      database.write((tx) => {
        tx.run(setMeta('a', '1'));
        tx.nextRevision();
        tx.publish(event(1));
        throw new Error('boom');
      }),
    ).toThrow('boom');
    expect(metaKeys(database)).toEqual(['revision']);
    expect(heard).toEqual([]);
    expect(database.write((tx) => tx.nextRevision())).toBe(before + 1);
  });

  it('tells what is to be told last once, as it is at the end', () => {
    const database = open(':memory:');
    const heard: unknown[] = [];
    database.subscribe((got) => heard.push(got));
    let now = 1;
    database.write((tx) => {
      for (const key of ['a', 'b', 'a']) tx.publishLast(key, () => (key === 'a' ? event(now) : undefined));
      tx.publish(event(7));
      now = 2;
    });
    expect(heard).toEqual([event(7), event(2)]);
  });

  it('says how far the revisions have come, and takes back those of a failed one', () => {
    const database = open();
    const { revisions } = database;
    database.write((tx) => {
      tx.nextRevision();
      expect([tx.revisions === revisions, revisions.committed, revisions.latest]).toEqual([true, 0, 1]);
    });
    const fail = () =>
      database.write((tx) => {
        expect(tx.nextRevision()).toBe(2);
        throw new Error('boom');
      });
    expect(fail).toThrow('boom');
    expect({ ...revisions }).toEqual({ committed: 1, latest: 1 });
    expect(database.write((tx) => tx.nextRevision())).toBe(2);
    database.close();
    expect({ ...open().revisions }).toEqual({ committed: 2, latest: 2 });
  });

  it('refuses to wait, to nest and to be used after its end', () => {
    const database = open(':memory:');
    expect(() => database.write(() => Promise.resolve())).toThrow('must not wait');
    expect(() => database.write(() => database.write(() => 1))).toThrow('a write inside a write');
    const tx = database.write((inner) => inner);
    expect(() => tx.run(setMeta('late', '1'))).toThrow('the transaction has ended');
    expect(metaKeys(database)).toEqual(['revision']);
  });

  it('delivers what a listener writes after the events that came before', () => {
    const database = open(':memory:');
    const heard: number[] = [];
    database.subscribe((got) => {
      if ('revision' in got && got.revision === 1) database.write((tx) => tx.publish(event(3)));
    });
    const second = database.subscribe((got) => heard.push('revision' in got ? got.revision : -1));
    database.write((tx) => {
      tx.publish(event(1));
      tx.publish(event(2));
    });
    expect(heard).toEqual([1, 2, 3]);
    second[Symbol.dispose]();
    database.announce(event(4));
    expect(heard).toEqual([1, 2, 3]);
  });

  it('outlives a listener that throws', () => {
    const database = open(':memory:');
    const heard: unknown[] = [];
    database.subscribe(() => {
      throw new Error('boom');
    });
    database.subscribe((got) => heard.push(got));
    database.announce(event(1));
    expect(heard).toHaveLength(1);
  });
});

describe('the file', () => {
  it('survives', () => {
    open().write((tx) => tx.run(setMeta('kept', '1')));
    opened.pop()?.close();
    expect(metaKeys(open())).toContain('kept');
  });

  it.skipIf(process.platform === 'win32')('is private', () => {
    open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  });

  it('has one owner', () => {
    open();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'state.in_use' }));
    opened.pop()?.close();
    open();
  });

  it('is called corrupt when it is no database, and left as it was', () => {
    open();
    opened.pop()?.close();
    writeFileSync(file, 'this is no database, however long one looks at it'.repeat(100));
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'state.corrupt', remedy: expect.any(String) }),
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^this is no database/);
  });

  it('is called corrupt when its pages are damaged', () => {
    open().write((tx) => {
      for (let i = 0; i < 500; i++) tx.run(setMeta(`key${i}`, 'x'.repeat(200)));
    });
    opened.pop()?.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4096 * 3, bytes.length - 4096);
    writeFileSync(file, bytes);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'state.corrupt' }));
  });

  it('of a newer Micronova is refused and not changed', () => {
    open();
    opened.pop()?.close();
    const raw = new DatabaseSync(file);
    raw.exec('PRAGMA user_version = 999');
    raw.close();
    const before = readFileSync(file);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'state.newer_schema' }));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that cannot be opened is called read-only', () => {
    writeFileSync(join(folder, 'plain'), '');
    expect(() => open(join(folder, 'plain', 'micronova.db'))).toThrow(
      expect.objectContaining({ code: 'state.read_only', remedy: expect.any(String) }),
    );
  });

  it.skipIf(process.platform === 'win32')('without the right to write is called read-only', () => {
    open();
    opened.pop()?.close();
    chmodSync(file, 0o444);
    chmodSync(join(folder, 'data'), 0o555);
    chmodSync(folder, 0o755);
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      expect(() => open()).toThrow(expect.objectContaining({ code: 'state.read_only' }));
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(join(folder, 'data'), 0o755);
    }
  });

  it('says that the disk is full, and keeps what it had', () => {
    const pages = 'PRAGMA max_page_count = 60';
    const database = openDatabase(file, {
      ...options,
      migrations: [...MIGRATIONS, { version: MIGRATIONS.length + 1, sql: pages }],
    });
    opened.push(database);
    database.write((tx) => tx.run(setMeta('small', '1')));
    expect(() => database.write((tx) => tx.run(setMeta('large', 'x'.repeat(1_000_000))))).toThrow(
      expect.objectContaining({ code: 'state.disk_full' }),
    );
    expect(metaKeys(database)).toEqual(['revision', 'small']);
    database.write((tx) => tx.run(setMeta('again', '1')));
  });

  it('is copied before an old schema is brought forward, and a failing step changes nothing', () => {
    open().write((tx) => tx.run(setMeta('old', '1')));
    opened.pop()?.close();
    const now = MIGRATIONS.length;
    const good = { version: now + 1, sql: 'CREATE TABLE two (x TEXT) STRICT' };
    const bad = { version: now + 2, sql: 'CREATE TABLE three (x TEXT) STRICT; SELECT nonsense' };
    expect(() => openDatabase(file, { ...options, migrations: [...MIGRATIONS, good, bad] })).toThrow(
      'nonsense',
    );
    const [backup, ...others] = listBackups(file);
    expect(others).toEqual([]);
    expect(backup).toMatchObject({ reason: 'migration' });
    const copy = new DatabaseSync(backup?.file ?? '');
    expect(copy.prepare("SELECT value FROM meta WHERE key = 'old'").get()).toEqual({ value: '1' });
    copy.close();
    const raw = new DatabaseSync(file);
    expect(raw.prepare('PRAGMA user_version').get()).toEqual({ user_version: now + 1 });
    expect(raw.prepare("SELECT name FROM sqlite_schema WHERE name = 'three'").all()).toEqual([]);
    raw.close();
  });
});
