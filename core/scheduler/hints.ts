import type { SchedulerHints } from '../contract/index.ts';

/** The texts of a hint; none where it was not given. */
export function hintTexts(hints: SchedulerHints, name: string): readonly string[] {
  if (!Object.hasOwn(hints, name)) return [];
  const value = hints[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** The text of a hint that has one only: the first, as Nova's `get_scheduler_hint`. */
export function hintText(hints: SchedulerHints, name: string): string | null {
  return hintTexts(hints, name)[0] ?? null;
}
