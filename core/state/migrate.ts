import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ExpectedError } from '../domain/errors.ts';
import { setNewestAside } from './file/backup-files.ts';
import { backUpDatabase } from './file/copy-database.ts';
import { initial } from './migrations/0001-initial.ts';
import { controlPlane } from './migrations/0002-control-plane.ts';

export interface Migration {
  readonly version: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [initial, controlPlane];

/** @param name of an attached database */
export function schemaVersion(sqlite: DatabaseSync, name: 'main' | 'source' = 'main'): number {
  const row = sqlite.prepare(`PRAGMA ${name}.user_version`).get();
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

/** All of `work` or nothing. */
export function inTransaction(sqlite: DatabaseSync, work: () => void): void {
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    work();
    sqlite.exec('COMMIT');
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

/** To be called within a transaction. */
export function apply(sqlite: DatabaseSync, migration: Migration): void {
  sqlite.exec(migration.sql);
  sqlite.exec(`PRAGMA user_version = ${migration.version}`);
}

/** Brings the file to the newest schema, each step in a transaction of its own, with a backup before the first. */
export function migrate(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const version = schemaVersion(sqlite);
  const due = migrations.filter((migration) => migration.version > version);
  if (due.length === 0) return;
  if (file !== ':memory:') {
    if (version > 0) backUpDatabase(sqlite, file, 'migration', Date.now());
    else setNewestAside(file);
  }
  for (const migration of due) inTransaction(sqlite, () => apply(sqlite, migration));
}
