import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ExpectedError, isExpected } from '../../domain/errors.ts';
import { backUpDatabase } from './copy-database.ts';
import { apply, inTransaction, type Migration, schemaVersion } from '../migrate.ts';
import { settleFile } from './settle-file.ts';
import { explainSqlite } from '../sqlite-errors.ts';

/** Where a checked import waits for the next start. */
export function stagedImport(database: string): string {
  return `${database}.import`;
}

/** Where a copy of the file that is imported lies while it is checked. */
export function importSource(database: string): string {
  return `${stagedImport(database)}-source`;
}

/** Removes what a check, finished or killed, has left. */
export function sweepStaging(database: string): void {
  for (const file of [importSource(database), `${stagedImport(database)}.part`]) {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true });
  }
}

const Names = z.array(z.object({ name: z.string() }));

function tablesOf(sqlite: DatabaseSync): string[] {
  const sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  return Names.parse(sqlite.prepare(sql).all()).map(({ name }) => name);
}

function columnsOf(sqlite: DatabaseSync, table: string): string {
  const rows = Names.parse(sqlite.prepare('SELECT name FROM pragma_table_info(?)').all(table));
  return rows.map(({ name }) => `"${name}"`).join(', ');
}

/**
 * Makes `main` hold what the attached database `source` holds, in that one's schema version. The schema is made by our own
 * migrations and only rows are copied, so that nothing but rows ever comes in. To be called within a transaction and with
 * foreign keys off.
 */
function copyRows(sqlite: DatabaseSync, migrations: readonly Migration[]): void {
  const version = schemaVersion(sqlite, 'source');
  for (const table of tablesOf(sqlite)) sqlite.exec(`DROP TABLE main."${table}"`);
  for (const migration of migrations) if (migration.version <= version) apply(sqlite, migration);
  for (const table of tablesOf(sqlite)) {
    const columns = columnsOf(sqlite, table);
    sqlite.exec(`DELETE FROM main."${table}"`);
    sqlite.exec(`INSERT INTO main."${table}" (${columns}) SELECT ${columns} FROM source."${table}"`);
  }
  if (sqlite.prepare('PRAGMA main.foreign_key_check').get() === undefined) return;
  throw new ExpectedError('bad_input', 'Rows in it refer to others that are not there.', { field: 'file' });
}

function withSource(sqlite: DatabaseSync, source: string, work: () => void): void {
  sqlite.exec('PRAGMA foreign_keys = OFF');
  sqlite.prepare('ATTACH ? AS source').run(source);
  try {
    work();
  } finally {
    sqlite.exec('DETACH source');
  }
}

/**
 * Puts the rows of a database that has been checked where the next start looks for them, under a mark of their own.
 * @param source a settled copy; read only
 */
export function stageRows(source: string, database: string, migrations: readonly Migration[]): void {
  const unfinished = `${stagedImport(database)}.part`;
  const staged = new DatabaseSync(unfinished);
  try {
    withSource(staged, source, () =>
      inTransaction(staged, () => {
        copyRows(staged, migrations);
        staged.prepare("INSERT OR REPLACE INTO meta VALUES ('import', ?)").run(randomUUID());
      }),
    );
  } finally {
    staged.close();
  }
  settleFile(unfinished, stagedImport(database));
}

function markOf(sqlite: DatabaseSync, name: 'main' | 'source'): string | undefined {
  if (schemaVersion(sqlite, name) === 0) return undefined;
  const row = sqlite.prepare(`SELECT value FROM ${name}.meta WHERE key = 'import'`).get();
  return z.object({ value: z.string() }).optional().parse(row)?.value;
}

function take(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  if (markOf(sqlite, 'source') === markOf(sqlite, 'main')) return;
  if (schemaVersion(sqlite) > 0) backUpDatabase(sqlite, file, 'replaced', Date.now());
  inTransaction(sqlite, () => copyRows(sqlite, migrations));
}

/**
 * Takes an import that waits: the database, which is locked and stays so, gets its rows in one transaction. The mark that
 * came with them tells, after a kill before the waiting file was removed, that it has been taken already.
 * @throws ExpectedError `state.disk_full`; `state.corrupt` when what waits was damaged since it was checked
 */
export function takeImport(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  if (file === ':memory:') return;
  sweepStaging(file);
  const staged = stagedImport(file);
  if (!existsSync(staged)) return;
  try {
    withSource(sqlite, staged, () => take(sqlite, file, migrations));
  } catch (error) {
    const explained = explainSqlite(error, file);
    if (isExpected(explained, 'state.disk_full')) throw explained;
    throw new ExpectedError('state.corrupt', `The import that waits in ${staged} cannot be taken.`, {
      cause: error,
      remedy: `Delete ${staged} and start again, to go on with the database that was there before: it is as it was.`,
    });
  }
  rmSync(staged);
}
