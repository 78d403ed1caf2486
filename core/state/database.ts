import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Backup, ContractEvent } from '../contract/index.ts';
import type { Log } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import { backUpDatabase, copyDatabase } from './file/copy-database.ts';
import { takeImport } from './file/import.ts';
import { migrate, MIGRATIONS, type Migration, refuseNewer, schemaVersion } from './migrate.ts';
import { refuseEmptied, refuseForeign } from './file/refuse-file.ts';
import { prepared } from './prepared.ts';
import { q, type Query } from './query.ts';
import { corruptFile, explainSqlite } from './sqlite-errors.ts';

/**
 * How far the revisions have come: one object for a database and all its transactions, always up to date. A revision that
 * was given in a transaction and rolled back with it is given again.
 */
export interface Revisions {
  /** the highest one on disk: what carries it, or a lower one, stays */
  readonly committed: number;
  /** the highest one given, also in the transaction that is open */
  readonly latest: number;
}

/** Runs queries. The database itself and a transaction both are one, so that a repository's reads serve both. */
export interface Reader {
  readonly log: Log;
  readonly revisions: Revisions;
  all<R>(query: Query<R>): R[];
  first<R>(query: Query<R>): R | undefined;
}

/** An open transaction. Of no use once its `write` has returned. */
export interface Tx extends Reader {
  /** @returns the number of rows that changed */
  run(query: Query<unknown>): number;
  /** A number higher than every one given before: the new revision of what this transaction changes. */
  nextRevision(): number;
  /** The instant, for all that this transaction puts down. */
  now(): string;
  /** A new random id. */
  uuid(): string;
  /** Tells the subscribers, once this transaction is on disk. */
  publish(event: ContractEvent): void;
  /** Tells it as it is at the end of this transaction, and once, however often it is asked for under this key. */
  publishLast(key: string, event: () => ContractEvent | undefined): void;
}

export type EventListener = (event: ContractEvent) => void;

export interface Database extends Reader {
  /** path, or `:memory:` */
  readonly file: string;
  /**
   * One transaction: all of `work` or nothing. `work` runs at once and must not wait for anything.
   * @throws ExpectedError `state.disk_full`, `state.read_only`, `state.corrupt`, and whatever `work` throws
   */
  write<T>(work: (tx: Tx) => T): T;
  /**
   * As `write`, a moment later and together with all that others ask for until then, so that they share one wait for the
   * disk. Each is all or nothing by itself; it settles when what it did is on disk, and not before.
   */
  writeSoon<T>(work: (tx: Tx) => T): Promise<T>;
  /** Hears the events of every committed transaction, in order, and the announced ones. */
  subscribe(listener: EventListener): Disposable;
  /** Tells the subscribers of something that is stored nowhere, such as progress. */
  announce(event: ContractEvent): void;
  /**
   * Writes a consistent copy to a new file, which appears once it is whole.
   * @throws ExpectedError `state.disk_full`, `state.read_only`, `state.corrupt`
   */
  copyTo(target: string): void;
  /**
   * Copies it into the folder of backups beside it.
   * @param now milliseconds since 1970
   */
  backUp(reason: Backup['reason'], now: number): Backup;
  close(): void;
}

export interface DatabaseOptions {
  readonly log: Log;
  readonly migrations?: readonly Migration[];
  /** milliseconds since 1970; left out: this computer's clock. A simulation hands in its own, and its own ids */
  readonly now?: () => number;
  readonly uuid?: () => string;
}

type Last = Map<string, () => ContractEvent | undefined>;

const MAX_STATEMENTS = 500;

const keepRevision = prepared(({ value }: { value: string }) =>
  q.updateTable('meta').set({ value }).where('key', '=', 'revision'),
);

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`a query parameter of type ${typeof value} cannot be stored`);
}

interface Gathered {
  readonly work: (tx: Tx) => unknown;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

type Settled = { readonly result: unknown } | { readonly error: unknown };

class SqliteDatabase implements Database {
  readonly log: Log;
  readonly file: string;
  readonly #sqlite: DatabaseSync;
  readonly #now: () => number;
  readonly #uuid: () => string;
  readonly #statements = new Map<string, StatementSync>();
  readonly #listeners = new Set<EventListener>();
  readonly #outbox: ContractEvent[] = [];
  readonly revisions = { committed: 0, latest: 0 };
  #delivering = false;
  #gathered: Gathered[] = [];

  constructor(sqlite: DatabaseSync, file: string, options: DatabaseOptions) {
    this.#sqlite = sqlite;
    this.file = file;
    this.log = options.log;
    this.#now = options.now ?? Date.now;
    this.#uuid = options.uuid ?? randomUUID;
    const row = this.first(q.selectFrom('meta').select('value').where('key', '=', 'revision'));
    this.revisions.latest = this.revisions.committed = Number(row?.value ?? 0);
  }

  all<R>(query: Query<R>): R[] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kysely typed the query that these rows answer
    return this.#execute(query, (statement, values) => statement.all(...values)) as R[];
  }

  first<R>(query: Query<R>): R | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return this.#execute(query, (statement, values) => statement.get(...values)) as R | undefined;
  }

  write<T>(work: (tx: Tx) => T): T {
    if (this.#sqlite.isTransaction)
      throw new Error('a write inside a write: pass the transaction on instead');
    const events: ContractEvent[] = [];
    const last: Last = new Map();
    const result = this.#transaction(() => {
      const done = work(this.#tx(events, last));
      for (const event of last.values()) {
        const told = event();
        if (told !== undefined) events.push(told);
      }
      return done;
    });
    this.#outbox.push(...events);
    this.#deliver();
    return result;
  }

  writeSoon<T>(work: (tx: Tx) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `work` itself has returned
    this.#gathered.push({ work, done: (result) => resolve(result as T), failed: reject });
    if (this.#gathered.length === 1) setImmediate(() => this.#writeGathered());
    return promise;
  }

  #writeGathered(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    if (gathered.length === 0) return;
    try {
      const settled = this.write((tx) => gathered.map(({ work }) => this.#apart(tx, work)));
      for (const [index, { done, failed }] of gathered.entries()) {
        const one = settled[index];
        if (one !== undefined && 'result' in one) done(one.result);
        else failed(one?.error);
      }
    } catch (error) {
      for (const { failed } of gathered) failed(error);
    }
  }

  /** One of several in a transaction: what it did is taken back if it fails, and the others' is not. */
  #apart(tx: Tx, work: (tx: Tx) => unknown): Settled {
    const events: ContractEvent[] = [];
    this.#sqlite.exec('SAVEPOINT apart');
    try {
      const result = work({ ...tx, publish: (event) => void events.push(event) });
      if (result instanceof Promise) throw new Error('a transaction must not wait for anything');
      this.#sqlite.exec('RELEASE apart');
      for (const event of events) tx.publish(event);
      return { result };
    } catch (error) {
      // On some failures, a full disk among them, SQLite rolls back the whole transaction: then it is everybody's.
      if (!this.#sqlite.isTransaction) throw error;
      this.#sqlite.exec('ROLLBACK TO apart');
      this.#sqlite.exec('RELEASE apart');
      return { error: explainSqlite(error, this.file) };
    }
  }

  subscribe(listener: EventListener): Disposable {
    // A wrapper of its own, so that one function may subscribe twice and leave once.
    const entry: EventListener = (event) => listener(event);
    this.#listeners.add(entry);
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) };
  }

  announce(event: ContractEvent): void {
    this.#outbox.push(event);
    this.#deliver();
  }

  copyTo(target: string): void {
    copyDatabase(this.#sqlite, this.file, target);
  }

  backUp(reason: Backup['reason'], now: number): Backup {
    return backUpDatabase(this.#sqlite, this.file, reason, now);
  }

  close(): void {
    for (const { failed } of this.#gathered.splice(0)) failed(new Error('the database was closed'));
    this.#statements.clear();
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  #tx(events: ContractEvent[], last: Last): Tx {
    return {
      log: this.log,
      revisions: this.revisions,
      all: (query) => this.all(query),
      first: (query) => this.first(query),
      run: (query) => {
        if (!this.#sqlite.isTransaction) throw new Error('the transaction has ended');
        return Number(this.#execute(query, (statement, values) => statement.run(...values)).changes);
      },
      nextRevision: () => this.#nextRevision(),
      now: () => timestamp(new Date(this.#now())),
      uuid: () => this.#uuid(),
      publish: (event) => void events.push(event),
      publishLast: (key, event) => void last.set(key, event),
    };
  }

  #transaction<T>(work: () => T): T {
    try {
      this.#sqlite.exec('BEGIN IMMEDIATE');
      const result = work();
      if (result instanceof Promise) throw new Error('a transaction must not wait for anything');
      this.#keepRevision();
      this.#sqlite.exec('COMMIT');
      this.revisions.committed = this.revisions.latest;
      return result;
    } catch (error) {
      this.revisions.latest = this.revisions.committed;
      // SQLite itself rolls back on some failures, a full disk among them.
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      throw explainSqlite(error, this.file);
    }
  }

  // Counted in memory, and put down once for each transaction.
  #nextRevision(): number {
    if (!this.#sqlite.isTransaction) throw new Error('the transaction has ended');
    return (this.revisions.latest += 1);
  }

  #keepRevision(): void {
    const { latest, committed } = this.revisions;
    if (latest === committed) return;
    const keep = keepRevision({ value: String(latest) });
    const { changes } = this.#execute(keep, (statement, values) => statement.run(...values));
    if (Number(changes) !== 1) throw corruptFile(this.file, new Error('the revision counter is gone'));
  }

  #execute<T>(query: Query<unknown>, run: (statement: StatementSync, values: SQLInputValue[]) => T): T {
    const { sql, parameters } = query.compile();
    try {
      return run(this.#prepare(sql), parameters.map(toSqlite));
    } catch (error) {
      throw explainSqlite(error, this.file);
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const statement = this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  // A listener may write in its turn: those events come after all the earlier ones have reached everybody.
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    for (let event = this.#outbox.shift(); event !== undefined; event = this.#outbox.shift()) {
      for (const listener of this.#listeners) this.#tell(listener, event);
    }
    this.#delivering = false;
  }

  #tell(listener: EventListener, event: ContractEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.log.error({ err: error, type: event.type }, 'an event listener failed');
    }
  }
}

// SQLite gives its -wal file the mode of the database file, so making that one private is enough.
function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function checkIntegrity(sqlite: DatabaseSync, file: string): void {
  const rows = sqlite.prepare('PRAGMA quick_check(5)').all();
  const findings = rows.map((row) => String(Object.values(row)[0]));
  if (findings.join() !== 'ok') throw corruptFile(file, new Error(findings.join('; ')));
}

function prepareFile(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  // The exclusive lock is the data folder's lock: the system drops it when its owner dies, on every platform.
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
  refuseNewer(schemaVersion(sqlite), file, migrations);
  // Before anything that writes to it.
  refuseForeign(sqlite, file);
  sqlite.exec('PRAGMA journal_mode = WAL');
  sqlite.exec('PRAGMA synchronous = FULL');
  checkIntegrity(sqlite, file);
  sqlite.exec('BEGIN EXCLUSIVE; COMMIT');
  takeImport(sqlite, file, migrations);
  sqlite.exec('PRAGMA foreign_keys = ON');
  migrate(sqlite, file, migrations);
}

/** The state file of a data folder. */
export function databaseFile(home: string): string {
  return join(home, 'micronova.db');
}

/**
 * Opens the state file, makes it where there is none, and owns it until `close`.
 * @param file path, or `:memory:`
 * @throws ExpectedError `state.corrupt`, `state.newer_schema`, `state.read_only`, `state.disk_full`, `state.in_use`
 */
export function openDatabase(file: string, options: DatabaseOptions): Database {
  let sqlite: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') {
      refuseEmptied(file);
      makePrivateFile(file);
    }
    sqlite = new DatabaseSync(file);
    prepareFile(sqlite, file, options.migrations ?? MIGRATIONS);
    return new SqliteDatabase(sqlite, file, options);
  } catch (error) {
    sqlite?.close();
    throw explainSqlite(error, file);
  }
}
