import { chmodSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ExpectedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { initial } from './migrations/0001-initial.ts';
import { controlPlane } from './migrations/0002-control-plane.ts';

export interface Migration {
  readonly version: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [initial, controlPlane];

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

// VACUUM INTO copies a consistent snapshot, what still sits in the write-ahead log included. The old copy stays until
// the new one is whole.
function copyTo(sqlite: DatabaseSync, copy: string): void {
  const unfinished = `${copy}.part`;
  rmSync(unfinished, { force: true });
  sqlite.prepare('VACUUM INTO ?').run(unfinished);
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, copy);
}

function copyOf(file: string): string {
  return `${file}.bak`;
}

/** A file that begins anew must not push out the copy of the one before: that may be all that is left of it. */
function setCopyAside(file: string): void {
  if (!existsSync(copyOf(file))) return;
  const day = new Date().toISOString().replaceAll(/[:.]/g, '-');
  renameSync(copyOf(file), `${file}.until-${day}.bak`);
}

/** milliseconds */
const DAY = 24 * 60 * 60 * 1000;

/** Keeps a copy of the sound file beside it, at most a day old at each start: what `state.corrupt` points to. */
export function keepCopy(sqlite: DatabaseSync, file: string, log: Log): void {
  if (file === ':memory:') return;
  const copy = copyOf(file);
  const age = Date.now() - (statSync(copy, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (age < DAY) return;
  try {
    copyTo(sqlite, copy);
  } catch (error) {
    log.warn({ err: error, copy }, 'no copy of the database could be made');
  }
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
  if (file !== ':memory:') {
    if (version > 0) copyTo(sqlite, `${file}.v${version}.bak`);
    else setCopyAside(file);
  }
  for (const migration of due) apply(sqlite, migration);
}
