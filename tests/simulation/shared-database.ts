import { silentLog } from '../../core/domain/log.ts';
import { type Database, openDatabase } from '../../core/state/database.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface Era {
  readonly clock: VirtualClock;
  readonly random: Random;
}

let current: Era | null = null;
let shared: Database | null = null;

/** One database for all histories of this process, each in its turn: to open another one costs more than a history. */
export function sharedDatabase(era: Era): Database {
  current = era;
  shared ??= openDatabase(':memory:', {
    log: silentLog,
    now: () => current?.clock.now() ?? 0,
    uuid: () => current?.random.uuid() ?? '',
  });
  return shared;
}
