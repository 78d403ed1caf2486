import type { SchedulerSettings } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { FILTERS, WEIGHERS } from '../scheduler/parts.ts';

function refuseUnknown(
  what: 'filter' | 'weigher',
  names: readonly string[],
  known: readonly string[],
  field: string,
): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ExpectedError('bad_input', `There is no ${what} “${unknown}”.`, {
    field,
    remedy: `Known are ${known.join(', ')}.`,
    details: { unknown, known },
  });
}

/** @throws ExpectedError `bad_input` for a filter or weigher that does not exist, with those that do */
export function checkSchedulerSettings({
  enabledFilters = [],
  multipliers = {},
}: { readonly [K in keyof SchedulerSettings]?: SchedulerSettings[K] | undefined } = {}): void {
  const filters = FILTERS.map(({ name }) => name);
  refuseUnknown('filter', enabledFilters, filters, 'scheduler.enabledFilters');
  const weighers = WEIGHERS.map(({ name }) => name);
  refuseUnknown('weigher', Object.keys(multipliers), weighers, 'scheduler.multipliers');
}
