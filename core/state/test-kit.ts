import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { openDatabase } from './database.ts';
import { silentLog } from '../domain/log.ts';
import { q } from './query.ts';

/** Every call that changes something on the disk, or might. */
const FILE_CALLS = ['renameSync', 'rmSync', 'copyFileSync', 'fsyncSync', 'chmodSync', 'mkdirSync'] as const;

/** Calls `before` ahead of every call of these methods, until disposed of. */
function hook(target: object, names: readonly string[], before: () => void): Disposable {
  const saved = names.map((name): [string, unknown] => [name, Reflect.get(target, name)]);
  for (const [name, method] of saved) {
    if (typeof method !== 'function') throw new Error(`there is no ${name} to hook`);
    Reflect.set(target, name, function hooked(this: unknown, ...args: unknown[]): unknown {
      before();
      return Reflect.apply(method, this, args);
    });
  }
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]: () => {
      for (const [name, method] of saved) Reflect.set(target, name, method);
      syncBuiltinESMExports();
    },
  };
}

/**
 * What a kill would have left: before each call that `work` makes to the disk or to SQLite, and after the last one, the
 * folder is copied as it is. (A process that is killed loses nothing that it has written; a power cut is another matter.)
 * @returns folders, in order
 */
export function crashPoints(folder: string, snapshots: string, work: () => void): string[] {
  const taken: string[] = [];
  let busy = false;
  const snap = () => {
    if (busy) return;
    busy = true;
    const target = join(snapshots, String(taken.length));
    fs.cpSync(folder, target, { recursive: true });
    taken.push(target);
    busy = false;
  };
  using _files = hook(fs, FILE_CALLS, snap);
  using _exec = hook(DatabaseSync.prototype, ['exec'], snap);
  using _run = hook(StatementSync.prototype, ['run'], snap);
  work();
  snap();
  return taken;
}

/** Opens a database, marks it and closes it. */
export function markDatabase(file: string, ...keys: string[]): void {
  const database = openDatabase(file, { log: silentLog });
  for (const key of keys) {
    database.write((tx) => tx.run(q.insertInto('meta').values({ key, value: '1' })));
  }
  database.close();
}

/** The marks of a database that nobody has open, read without changing it. */
export function marksOf(file: string): string[] {
  const sqlite = new DatabaseSync(file, { readOnly: true });
  const rows = sqlite.prepare("SELECT key FROM meta WHERE value = '1' AND key <> 'revision'").all();
  sqlite.close();
  return rows.map(({ key }) => String(key));
}
