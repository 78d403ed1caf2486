import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ExpectedError } from '../../domain/errors.ts';
import { listBackups } from './backup-files.ts';
import { schemaVersion } from '../migrate.ts';
import { corruptFile, wayBack } from '../sqlite-errors.ts';

/** Tables that every schema has had. */
const OURS = ['meta', 'settings', 'instances', 'hosts', 'tasks'];

function tablesOf(sqlite: DatabaseSync): string[] {
  const rows = sqlite.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'").all();
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
}

/** Is this a database of Micronova's, or one that has nothing in it yet? */
export function isOurs(sqlite: DatabaseSync): boolean {
  const tables = tablesOf(sqlite);
  return schemaVersion(sqlite) === 0 ? tables.length === 0 : OURS.every((name) => tables.includes(name));
}

/** @throws ExpectedError `state.corrupt` when another program's database lies where Micronova's should */
export function refuseForeign(sqlite: DatabaseSync, file: string): void {
  if (isOurs(sqlite)) return;
  throw new ExpectedError('state.corrupt', `${file} is a database of another program, not Micronova's.`, {
    remedy: `${wayBack(file)} The file was not changed.`,
  });
}

/**
 * SQLite takes an empty file for a new database. Where there are backups there was more in it once, and to start afresh
 * without a word would look as if everything were gone.
 * @throws ExpectedError `state.corrupt`
 */
export function refuseEmptied(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.size !== 0 || listBackups(file).length === 0) return;
  throw corruptFile(file, new Error('the file is empty'));
}
