import type { systemMethods } from '../contract/index.ts';
import type { Database } from '../state/database.ts';
import { getSettings, setSettings } from '../state/settings.ts';
import { listActiveTasks } from '../state/tasks.ts';
import type { Output } from '../contract/index.ts';
import type { Handlers } from './router.ts';
import { checkSchedulerSettings } from './scheduler-settings.ts';
import type { UNBUILT } from './unbuilt.ts';

/** What this process is; the rest of the status is counted when asked. */
export interface SystemFacts {
  readonly version: string;
  readonly home: string;
  readonly owner: Output<'system.status'>['owner'];
  readonly notices: readonly string[];
}

export function systemHandlers(
  database: Database,
  facts: SystemFacts,
): Handlers<Exclude<keyof typeof systemMethods, (typeof UNBUILT)[number]>> {
  return {
    'system.status': () => ({
      ...facts,
      notices: [...facts.notices],
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
