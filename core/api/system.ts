import { existsSync } from 'node:fs';
import type { systemMethods } from '../contract/index.ts';
import type { Database } from '../state/database.ts';
import { stagedImport } from '../state/file/import.ts';
import { getSettings, setSettings } from '../state/settings.ts';
import { listActiveTasks } from '../state/tasks.ts';
import type { Output } from '../contract/index.ts';
import type { Handlers } from './router.ts';
import { checkSchedulerSettings } from './scheduler-settings.ts';

/** What this process is; the rest of the status is counted when asked. */
export interface SystemFacts {
  readonly version: string;
  readonly home: string;
  readonly owner: Output<'system.status'>['owner'];
  readonly notices: readonly string[];
}

function importWaiting(database: string): string[] {
  const staged = stagedImport(database);
  if (!existsSync(staged)) return [];
  return [
    `An imported database takes the place of the present one at the next start. To call that off, delete ${staged}.`,
  ];
}

export function systemHandlers(
  database: Database,
  facts: SystemFacts,
): Handlers<Exclude<keyof typeof systemMethods, `backup.${string}`>> {
  return {
    'system.status': () => ({
      ...facts,
      notices: [...facts.notices, ...importWaiting(database.file)],
      pid: process.pid,
      runningTasks: listActiveTasks(database).length,
    }),
    'settings.get': () => getSettings(database),
    'settings.set': (change) => {
      checkSchedulerSettings(change.scheduler);
      return database.write((tx) => setSettings(tx, change));
    },
  };
}
