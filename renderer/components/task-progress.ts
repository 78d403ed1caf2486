import type { TaskProgress } from '../../core/contract/index.ts';

/** Whole percent that are done; null where nothing is counted or the end is not known. */
export function percentOf(progress: TaskProgress | null): number | null {
  if (progress === null || progress.total === null || progress.total === 0) return null;
  return Math.min(100, Math.floor((progress.done / progress.total) * 100));
}
