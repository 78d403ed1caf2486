import type { Log } from './domain/log.ts';
import type { Clock } from './queue/clock.ts';
import { adoptOldCopies, listBackups, prune, sweepUnfinished } from './state/file/backup-files.ts';
import type { Database } from './state/database.ts';
import { getSettings } from './state/settings.ts';

/** milliseconds */
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

export interface DailyBackupsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A copy of the database every day, and so many of them as the settings say. It looks every hour, so that a computer that
 * slept, a clock that was set and a disk that was full put it off by no more than that.
 */
export class DailyBackups implements Disposable {
  readonly #parts: DailyBackupsParts;
  #timer: Disposable | undefined;

  constructor(parts: DailyBackupsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { database, log } = this.#parts;
    if (database.file === ':memory:') return;
    try {
      sweepUnfinished(database.file);
      adoptOldCopies(database.file);
    } catch (error) {
      log.warn({ err: error }, 'the folder of backups could not be put in order');
    }
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #look(): void {
    const { clock, log } = this.#parts;
    try {
      if (this.#isDue()) this.#make();
    } catch (error) {
      log.warn({ err: error }, 'no copy of the database could be made; it is tried again in an hour');
    }
    this.#timer = clock.after(HOUR, () => this.#look());
  }

  // A copy from the future was made while the clock was wrong, and says nothing about today.
  #isDue(): boolean {
    const { database, clock } = this.#parts;
    const ages = listBackups(database.file)
      .filter(({ reason }) => reason === 'daily')
      .map(({ at }) => clock.now() - Date.parse(at));
    return !ages.some((age) => age >= 0 && age < DAY);
  }

  #make(): void {
    const { database, clock, log } = this.#parts;
    const { file, size } = database.backUp('daily', clock.now());
    const { backupsKept } = getSettings(database);
    prune(database.file, 'daily', backupsKept, clock.now());
    prune(database.file, 'migration', backupsKept, clock.now());
    log.info({ file, size }, 'the database was copied');
  }
}
