import { chmodSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Backup } from '../../contract/index.ts';
import { newBackup } from './backup-files.ts';
import { explainWriting } from '../sqlite-errors.ts';
import { settleFile } from './settle-file.ts';

/**
 * Writes a consistent copy of an open database to a new file, what still sits in the write-ahead log included. The file
 * appears under its name once it is whole.
 * @param source path of the open one, for words
 * @throws ExpectedError `state.disk_full`, `state.read_only` about the copy, `state.corrupt` about the source
 */
export function copyDatabase(sqlite: DatabaseSync, source: string, target: string): void {
  const unfinished = `${target}.part`;
  try {
    rmSync(unfinished, { force: true });
    sqlite.prepare('VACUUM INTO ?').run(unfinished);
    chmodSync(unfinished, 0o600);
    settleFile(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw explainWriting(error, source, target);
  }
}

/**
 * Copies an open database into the folder of backups beside it.
 * @param file path of the open one
 * @param now milliseconds since 1970
 * @throws ExpectedError as `copyDatabase`
 */
export function backUpDatabase(
  sqlite: DatabaseSync,
  file: string,
  reason: Backup['reason'],
  now: number,
): Backup {
  const { file: target, at } = newBackup(file, reason, now);
  copyDatabase(sqlite, file, target);
  return { file: target, at, size: statSync(target).size, reason };
}
