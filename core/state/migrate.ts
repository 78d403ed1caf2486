import { chmodSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ExpectedError } from '../domain/errors.ts';
import { initial } from './migrations/0001-initial.ts';

export interface Migration {
  readonly version: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [initial];

export function schemaVersion(sqlite: DatabaseSync): number {
  const row = sqlite.prepare('PRAGMA user_version').get();
  return z.object({ user_version: z.number() }).parse(row).user_version;
}

export function refuseNewer(version: number, file: string, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.version ?? 0;
  if (version <= known) return;
  throw new ExpectedError(
    'state.newer_schema',
    `The database ${file} was written by a newer Micronova (schema ${version}; this one knows ${known}).`,
    { remedy: 'Start the newer Micronova, or name another data folder. The file was not changed.' },
  );
}

// VACUUM INTO copies a consistent snapshot, what still sits in the write-ahead log included.
function backUp(sqlite: DatabaseSync, file: string, version: number): void {
  const copy = `${file}.v${version}.bak`;
  rmSync(copy, { force: true });
  sqlite.prepare('VACUUM INTO ?').run(copy);
  chmodSync(copy, 0o600);
}

function apply(sqlite: DatabaseSync, migration: Migration): void {
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    sqlite.exec(migration.sql);
    sqlite.exec(`PRAGMA user_version = ${migration.version}`);
    sqlite.exec('COMMIT');
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

/** Brings the file to the newest schema, each step in a transaction of its own, with a copy of the file before the first. */
export function migrate(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const version = schemaVersion(sqlite);
  const due = migrations.filter((migration) => migration.version > version);
  if (due.length === 0) return;
  if (version > 0 && file !== ':memory:') backUp(sqlite, file, version);
  for (const migration of due) apply(sqlite, migration);
}
