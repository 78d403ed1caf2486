import type { systemMethods } from '../contract/index.ts';
import { listBackups } from '../state/file/backup-files.ts';
import type { Database } from '../state/database.ts';
import { exportDatabase } from '../state/file/export.ts';
import { stageImport } from '../state/file/import-check.ts';
import type { Handlers } from './router.ts';

type BackupMethod = Extract<keyof typeof systemMethods, `backup.${string}`>;

export function backupHandlers(database: Database): Handlers<BackupMethod> {
  return {
    'backup.list': () => listBackups(database.file),
    'backup.create': () => database.backUp('manual', Date.now()),
    'backup.export': ({ file }) => exportDatabase(database, file, Date.now()),
    'backup.import': ({ file }) => stageImport(file, database.file),
  };
}
