import type { AggregateMetadata } from './host-state.ts';

/**
 * The number that the aggregates of a host set for a key: the smallest, where they differ. What is no number has no
 * effect. Source: `aggregate_values_from_key` and `validate_num_values` in nova/scheduler/filters/utils.py
 * @returns null where none sets it
 */
export function overrideOf(metadata: AggregateMetadata, key: string): number | null {
  const values = metadata.get(key);
  if (values === undefined) return null;
  let least = Infinity;
  for (const value of values) {
    const number = value === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) return null;
    least = Math.min(least, number);
  }
  return least;
}
