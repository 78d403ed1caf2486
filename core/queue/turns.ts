import { supersedes, waitsForHost } from './kinds.ts';
import type { PendingTask } from './pending.ts';

export interface Turn {
  /** may it begin now, as far as other tasks are concerned? */
  readonly now: boolean;
  /** tasks that must end first, and are to be told so */
  readonly supersede: readonly PendingTask[];
}

// Copies of one image go to several hosts at once; only its end wants to be alone with it.
function conflict(a: PendingTask, b: PendingTask): boolean {
  if (a.instanceId !== null && a.instanceId === b.instanceId) return true;
  const deletes = a.kind === 'image.delete' || b.kind === 'image.delete';
  return deletes && a.imageId !== null && a.imageId === b.imageId;
}

export function awaitsHost({ kind, waitsFor }: Pick<PendingTask, 'kind' | 'waitsFor'>): boolean {
  return waitsFor !== null || waitsForHost(kind);
}

/**
 * Whose turn it is: tasks that work on the same thing run one after the other, in the order in which they were asked for; one that
 * supersedes others has them cancelled. What is to be cancelled itself waits for nobody.
 * @param earlier the pending tasks that were asked for before it
 */
export function turnOf(
  task: PendingTask,
  earlier: readonly PendingTask[],
  isConnected: (hostId: string) => boolean,
): Turn {
  if (task.cancelRequested) return { now: true, supersede: [] };
  if (awaitsHost(task) && !(task.hostId !== null && isConnected(task.hostId))) {
    return { now: false, supersede: [] };
  }
  const others = earlier.filter((other) => conflict(task, other));
  const supersede = others.filter((other) => !other.cancelRequested && supersedes(task.kind, other.kind));
  return { now: others.length === 0, supersede };
}
