import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Backup } from '../../contract/index.ts';
import { timestamp } from '../../domain/time.ts';

type Reason = Backup['reason'];

/** `micronova-2026-01-31T12-00-00-000Z-daily.db`: the name says all there is to know, and no clock of the disk counts. */
const NAME =
  /^micronova-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z-(daily|migration|replaced|manual)\.db$/;

/** The folder of copies beside a database file. */
export function backupFolder(database: string): string {
  return join(dirname(database), 'backups');
}

function nameOf(at: string, reason: Reason): string {
  return `micronova-${at.replaceAll(/[:.]/g, '-')}-${reason}.db`;
}

/** A path of its own for a new backup; the folder is made where there is none. */
export function newBackup(database: string, reason: Reason, now: number): Pick<Backup, 'file' | 'at'> {
  const folder = backupFolder(database);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let moment = now; ; moment += 1) {
    const at = timestamp(new Date(moment));
    const file = join(folder, nameOf(at, reason));
    if (!existsSync(file)) return { file, at };
  }
}

function readName(folder: string, name: string): Backup[] {
  const [, day, hour, minute, second, millisecond, reason] = NAME.exec(name) ?? [];
  if (day === undefined) return [];
  const file = join(folder, name);
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return [];
  const at = `${day}T${hour}:${minute}:${second}.${millisecond}Z`;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the expression lets only reasons through
  return [{ file, at, size, reason: reason as Reason }];
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The copies in the data folder, newest first. Other files there are not ours, and left alone. */
export function listBackups(database: string): Backup[] {
  const folder = backupFolder(database);
  const found = namesIn(folder).flatMap((name) => readName(folder, name));
  return found.toSorted((a, b) => b.at.localeCompare(a.at) || a.file.localeCompare(b.file));
}

function isSound(file: string): boolean {
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(file, { readOnly: true });
    const row = sqlite.prepare('PRAGMA quick_check(1)').get();
    return row !== undefined && Object.values(row)[0] === 'ok';
  } catch {
    // Whatever keeps it from being read, it is not the one to put back.
    return false;
  } finally {
    sqlite?.close();
  }
}

/** The newest copy that could be put back. */
export function newestSound(database: string): Backup | undefined {
  return listBackups(database).find(({ file }) => isSound(file));
}

/** Whatever a process that was killed left unfinished. */
export function sweepUnfinished(database: string): void {
  const folder = backupFolder(database);
  for (const name of namesIn(folder)) {
    if (/\.part(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name), { force: true });
  }
}

/** Removes the oldest of a reason. A date in the future is a wrong clock's: those go first. */
export function prune(database: string, reason: Reason, kept: number, now: number): void {
  const latest = timestamp(new Date(now));
  const ours = listBackups(database).filter((one) => one.reason === reason);
  const [right, wrong] = [ours.filter(({ at }) => at <= latest), ours.filter(({ at }) => at > latest)];
  for (const { file } of [...right, ...wrong].slice(kept)) rmSync(file, { force: true });
}

/** A database that begins anew must not push out the last copy of the one before: that may be all that is left of it. */
export function setNewestAside(database: string): void {
  const newest = listBackups(database).find(({ reason }) => reason === 'daily');
  if (newest === undefined) return;
  renameSync(newest.file, newBackup(database, 'replaced', Date.parse(newest.at)).file);
}

function oldReason(name: string): Reason {
  if (/\.v\d+\.bak$/.test(name)) return 'migration';
  return name.includes('.until-') ? 'replaced' : 'daily';
}

/** Takes in the `.bak` files that the first Micronova kept beside the database. */
export function adoptOldCopies(database: string): void {
  for (const name of namesIn(dirname(database))) {
    if (!name.startsWith(`${basename(database)}.`) || !name.endsWith('.bak')) continue;
    const old = join(dirname(database), name);
    const made = Math.trunc(statSync(old).mtimeMs);
    renameSync(old, newBackup(database, oldReason(name), made).file);
  }
}
