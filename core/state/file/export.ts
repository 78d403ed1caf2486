import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Backup } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { timestamp } from '../../domain/time.ts';
import type { Database } from '../database.ts';

function refuse(message: string, remedy: string): ExpectedError {
  return new ExpectedError('bad_input', message, { field: 'file', remedy });
}

function isInside(file: string, folder: string): boolean {
  const way = relative(folder, file);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function checkTarget(file: string, database: string): void {
  if (!isAbsolute(file)) {
    throw refuse(`${file} is not a whole path: it must begin at the root.`, 'Name the whole path.');
  }
  if (existsSync(file)) throw refuse(`${file} is there already.`, 'Name a new file: none is overwritten.');
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw refuse(`There is no folder ${folder}.`, 'Make it first, or name another place.');
  }
  const home = dirname(database);
  if (!isInside(file, home)) return;
  throw refuse(
    `${file} is in Micronova's own data folder.`,
    `Name a place outside, best on another disk. Backups in ${join(home, 'backups')} are made by themselves.`,
  );
}

/**
 * Writes a sound copy of the database to a new file of the person's choice.
 * @param file absolute path
 * @param now milliseconds since 1970
 * @throws ExpectedError `bad_input`, `state.disk_full`, `state.read_only` about that file
 */
export function exportDatabase(database: Database, file: string, now: number): Backup {
  checkTarget(file, database.file);
  database.copyTo(file);
  return { file, at: timestamp(new Date(now)), size: statSync(file).size, reason: 'manual' };
}
