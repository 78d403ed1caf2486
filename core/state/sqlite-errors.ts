import { ExpectedError } from '../domain/errors.ts';
import { backupFolder, newestSound } from './file/backup-files.ts';

// Primary result codes of https://www.sqlite.org/rescode.html; extended ones carry them in their low byte.
const OTHER = 1;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

// What the operating system answers before SQLite gets the file, as SQLite would have put it.
const SYSTEM_CODES: Readonly<Record<string, number>> = {
  EACCES: READONLY,
  EPERM: READONLY,
  EROFS: READONLY,
  EISDIR: CANTOPEN,
  ENOTDIR: CANTOPEN,
  ENOENT: CANTOPEN,
  EEXIST: CANTOPEN,
  ENOSPC: FULL,
  EDQUOT: FULL,
};

function primaryCode(error: unknown): number {
  if (!(error instanceof Error)) return OTHER;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return 'code' in error && typeof error.code === 'string' ? (SYSTEM_CODES[error.code] ?? OTHER) : OTHER;
}

/** What to do with a database that cannot be used, by the newest copy that can. */
export function wayBack(file: string): string {
  const sound = newestSound(file);
  return sound === undefined
    ? `There is no sound copy of it in ${backupFolder(file)}. Quit Micronova, move ${file} (and its -wal file) away and put ` +
        'a copy of your own in its place. Without one Micronova starts afresh; hosts and guests are not touched.'
    : `Quit Micronova, move ${file} (and its -wal file) away and copy ${sound.file} to ${file}: that is the newest sound ` +
        `copy, of ${sound.at}. Hosts and guests are not touched.`;
}

export function corruptFile(file: string, cause: unknown): ExpectedError {
  return new ExpectedError('state.corrupt', `The database file ${file} is damaged.`, {
    cause,
    remedy: wayBack(file),
  });
}

/** As `explainSqlite`, for a copy that is written from one file to another: which of them failed is told apart. */
export function explainWriting(error: unknown, source: string, target: string): unknown {
  const code = primaryCode(error);
  return explainSqlite(error, code === CORRUPT || code === NOTADB ? source : target);
}

/** SQLite's failures that a person can do something about, in words; everything else stays what it was. */
export function explainSqlite(error: unknown, file: string): unknown {
  switch (primaryCode(error)) {
    case BUSY:
    case LOCKED:
      return new ExpectedError('state.in_use', `Another Micronova is using ${file}.`, {
        cause: error,
        remedy: 'Use that one, quit it first, or name another data folder with --home.',
      });
    case READONLY:
    case CANTOPEN:
      return new ExpectedError('state.read_only', `The database file ${file} cannot be written.`, {
        cause: error,
        remedy: `Give your account the right to write ${file} and the folder it is in, or name another data folder.`,
      });
    case IOERR:
    case FULL:
      return new ExpectedError('state.disk_full', `The database ${file} could not be written to its disk.`, {
        cause: error,
        remedy: 'Free some space on that disk and try again. Nothing of the last change was kept.',
      });
    case CORRUPT:
    case NOTADB:
      return corruptFile(file, error);
    default:
      return error;
  }
}
