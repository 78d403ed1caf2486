import { z } from 'zod';
import { type Parsed, Settings } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { q } from './query.ts';
import { fromJson, parseRow, parseRows } from './rows.ts';

/** Nova's own where Nova has one: `enabled_filters` and others in nova/conf/scheduler.py */
const DEFAULTS: Settings = {
  theme: 'system',
  language: 'system',
  linkTimeout: 10_000,
  reclaimInterval: 900,
  scheduler: {
    enabledFilters: [
      'Compute',
      'ComputeCapabilities',
      'ImageProperties',
      'ServerGroupAntiAffinity',
      'ServerGroupAffinity',
    ],
    multipliers: {},
    hostSubsetSize: 1,
    maxAttempts: 3,
    maxInstancesPerHost: 50,
    maxIoOpsPerHost: 8,
  },
  backupsKept: 7,
};

export function getSettings(reader: Reader): Settings {
  const rows = reader.all(q.selectFrom('settings').selectAll());
  const stored = parseRows(reader, rows, (row): [string, unknown] => [
    row.key,
    parseRow('settings', row.key, z.unknown(), () => fromJson(row.value_json)),
  ]);
  const merged = Settings.safeParse({ ...DEFAULTS, ...Object.fromEntries<unknown>(stored) });
  // Settings are small and have defaults: a bad one must not stand between a person and the guests.
  if (!merged.success)
    reader.log.warn({ err: merged.error }, 'stored settings are damaged; using the defaults');
  return merged.data ?? DEFAULTS;
}

export function setSettings(tx: Tx, { scheduler, ...change }: Parsed<'settings.set'>): Settings {
  const merged = scheduler && { scheduler: { ...getSettings(tx).scheduler, ...scheduler } };
  for (const [key, value] of Object.entries({ ...change, ...merged })) {
    if (value === undefined) continue;
    const row = { key, value_json: JSON.stringify(value) };
    tx.run(
      q
        .insertInto('settings')
        .values(row)
        .onConflict((oc) => oc.column('key').doUpdateSet({ value_json: row.value_json })),
    );
  }
  const settings = getSettings(tx);
  tx.publish({ type: 'settings.changed', value: settings });
  return settings;
}
