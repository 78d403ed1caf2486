import { copyFileSync, existsSync, openSync, closeSync, readSync, type Stats, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ExpectedError, isExpected } from '../../domain/errors.ts';
import { importSource, stagedImport, stageRows, sweepStaging } from './import.ts';
import { type Migration, MIGRATIONS, refuseNewer, schemaVersion } from '../migrate.ts';
import { isOurs } from './refuse-file.ts';
import { explainWriting } from '../sqlite-errors.ts';

const MAGIC = 'SQLite format 3\0';

export interface ImportCounts {
  readonly instances: number;
  readonly hosts: number;
}

function refuse(message: string, cause?: unknown): ExpectedError {
  return new ExpectedError('bad_input', message, {
    field: 'file',
    remedy: 'Name a file that “backup export” wrote, or one from a folder “backups”. Nothing was changed.',
    ...(cause !== undefined && { cause }),
  });
}

const damaged = (file: string): string => `The file ${file} is damaged or not whole.`;

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (cause) {
    throw refuse(`The file ${file} is not there, or cannot be reached.`, cause);
  }
}

// Opening the database a second time in this process, and closing it, would let go of the lock on it (fcntl(2)).
function refuseLive(found: Stats, file: string, database: string): void {
  const live = statSync(database, { throwIfNoEntry: false });
  if (live === undefined || live.ino !== found.ino || live.dev !== found.dev) return;
  throw refuse(`${file} is the database that is in use now.`);
}

function readMagic(file: string): string {
  try {
    const opened = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(MAGIC.length);
      readSync(opened, bytes, 0, bytes.length, 0);
      return bytes.toString('latin1');
    } finally {
      closeSync(opened);
    }
  } catch (cause) {
    throw refuse(`The file ${file} cannot be read.`, cause);
  }
}

function checkFile(file: string, database: string): void {
  if (!isAbsolute(file)) throw refuse(`${file} is not a whole path: it must begin at the root.`);
  const found = statOf(file);
  if (!found.isFile()) throw refuse(`${file} is not a file.`);
  if (found.size === 0) throw refuse(`The file ${file} is empty.`);
  refuseLive(found, file, database);
  if (readMagic(file) !== MAGIC) throw refuse(`The file ${file} is not an SQLite database.`);
}

/** Damage, a foreign database and a newer schema, each by its name. */
function checkContent(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): ImportCounts {
  const rows = sqlite.prepare('PRAGMA integrity_check(5)').all();
  const findings = rows.map((row) => String(Object.values(row)[0])).join('; ');
  if (findings !== 'ok') throw refuse(damaged(file), new Error(findings));
  if (schemaVersion(sqlite) === 0 || !isOurs(sqlite)) throw refuse(`${file} is no database of Micronova's.`);
  refuseNewer(schemaVersion(sqlite), file, migrations);
  const counts = sqlite
    .prepare(
      'SELECT (SELECT count(*) FROM instances WHERE deleted_at IS NULL) AS instances, (SELECT count(*) FROM hosts) AS hosts',
    )
    .get();
  return z.object({ instances: z.number(), hosts: z.number() }).parse(counts);
}

// What a crash left in a write-ahead log belongs to the database: both are copied, and made one file of.
function readCopy(file: string, copy: string, migrations: readonly Migration[]): ImportCounts {
  copyFileSync(file, copy);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(copy);
    const counts = checkContent(sqlite, file, migrations);
    sqlite.exec('PRAGMA journal_mode = DELETE');
    return counts;
  } finally {
    sqlite?.close();
  }
}

function explain(error: unknown, file: string, database: string): unknown {
  if (error instanceof ExpectedError) return error;
  const explained = explainWriting(error, file, stagedImport(database));
  if (isExpected(explained, 'state.corrupt')) return refuse(damaged(file), error);
  if (explained instanceof ExpectedError) return explained;
  return refuse(`The file ${file} holds what no database of Micronova's would.`, error);
}

/**
 * Checks a copy of a database and lets it wait to be taken at the next start. The file itself is only read.
 * @param file absolute path
 * @param database path of the database in use
 * @throws ExpectedError `bad_input`, `state.newer_schema`, `state.disk_full`, `state.read_only`
 */
export function stageImport(
  file: string,
  database: string,
  migrations: readonly Migration[] = MIGRATIONS,
): ImportCounts {
  checkFile(file, database);
  const copy = importSource(database);
  sweepStaging(database);
  try {
    const counts = readCopy(file, copy, migrations);
    stageRows(copy, database, migrations);
    return counts;
  } catch (error) {
    throw explain(error, file, database);
  } finally {
    sweepStaging(database);
  }
}
