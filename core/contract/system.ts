import { z } from 'zod';
import { Nothing, Timestamp } from './common.ts';
import { read, write } from './method.ts';

export const SystemStatus = z.strictObject({
  version: z.string(),
  home: z.string(),
  pid: z.number().int(),
  /** `window` or `serve`; `command` for a command that runs the control plane itself */
  owner: z.enum(['window', 'serve', 'command']),
  runningTasks: z.number().int(),
  /** what set-up of the embedded host has to say, e.g. that there is no libvirt here */
  notices: z.array(z.string()),
});
export type SystemStatus = z.infer<typeof SystemStatus>;

/** nova/conf/scheduler.py, by Nova's own names of filters and weighers */
export const SchedulerSettings = z.strictObject({
  enabledFilters: z.array(z.string().max(64)).max(64),
  /** only those that differ from Nova's defaults; negative where less is better, as BuildFailure's −1,000,000 */
  multipliers: z.record(z.string().max(64), z.number().min(-1e9).max(1e9)),
  /** the pick is drawn by lot among so many of the best: `host_subset_size` */
  hostSubsetSize: z.number().int().min(1).max(1000),
  /** the pick and the alternates: `max_attempts` */
  maxAttempts: z.number().int().min(1).max(10),
  /** `max_instances_per_host`, `max_io_ops_per_host` */
  maxInstancesPerHost: z.number().int().min(1).max(100_000),
  maxIoOpsPerHost: z.number().int().min(1).max(100_000),
});
export type SchedulerSettings = z.infer<typeof SchedulerSettings>;

export const Settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'vi']),
  /** milliseconds of silence after which a link is held dead */
  linkTimeout: z.number().int().min(1000).max(600_000),
  /** seconds for which a softly deleted instance can be restored: `reclaim_instance_interval` in nova/conf/compute.py */
  reclaimInterval: z.number().int().min(10).max(31_536_000),
  scheduler: SchedulerSettings,
  /** daily copies of the database file that are kept */
  backupsKept: z.number().int().min(1).max(365),
});
export type Settings = z.infer<typeof Settings>;

/** A copy of the database file in the data folder. */
export const Backup = z.strictObject({
  file: z.string(),
  at: Timestamp,
  /** bytes */
  size: z.number().int().nonnegative(),
  /** `daily`; `migration`: before the schema changed; `replaced`: the file that an import took the place of; `manual` */
  reason: z.enum(['daily', 'migration', 'replaced', 'manual']),
});
export type Backup = z.infer<typeof Backup>;

const File = z.string().min(1).max(4096);

export const systemMethods = {
  'system.status': read(Nothing, SystemStatus),
  'settings.get': read(Nothing, Settings),
  'settings.set': write(
    Settings.omit({ scheduler: true })
      .partial()
      .extend({ scheduler: SchedulerSettings.partial().optional() }),
    Settings,
  ),
  /** Newest first. */
  'backup.list': read(Nothing, z.array(Backup)),
  'backup.create': write(Nothing, Backup),
  /** Writes a sound copy of the database to a new file of the person's choice (absolute path). */
  'backup.export': write(z.strictObject({ file: File }), Backup),
  /** Checks a copy and takes it in place of the database at the next start; the present one is kept as `replaced`. */
  'backup.import': write(
    z.strictObject({ file: File }),
    z.strictObject({ instances: z.number().int().nonnegative(), hosts: z.number().int().nonnegative() }),
  ),
};
