import type { ErrorBody, Task } from '../contract/index.ts';
import { finishAction } from '../state/actions.ts';
import type { Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { updateTask } from '../state/tasks.ts';

/** Ends a task that has not begun: nothing was done, so nothing is undone, and what it is about stays as it is. */
export function endUnbegun(
  tx: Tx,
  { id, instanceId, requestId }: Pick<Task, 'id' | 'instanceId' | 'requestId'>,
  state: 'failed' | 'cancelled',
  error: ErrorBody,
): void {
  const set = { state, error, cancellable: false, waitsFor: null, finishedAt: tx.now() };
  if (updateTask(tx, id, { expect: { state: 'queued' }, set }) === null || instanceId === null) return;
  // Work that nobody asked of the instance has no record of its own: its request's is another's.
  if (tx.first(q.selectFrom('tasks').select('action').where('id', '=', id))?.action === null) return;
  finishAction(tx, { instanceId, requestId }, state === 'cancelled' ? 'cancelled' : 'error', error.message);
}
