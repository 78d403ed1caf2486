import { ExpectedError } from '../domain/errors.ts';
import type { Tx } from '../state/database.ts';
import type { TaskRecord } from '../state/tasks.ts';
import type { PendingTask } from './pending.ts';

/** What the runner asks of those who know what tasks are about. */
export interface Oversight {
  /**
   * Does what was asked for while the host was away still make sense? If so the thing is taken in hand, in the
   * transaction in which the task begins.
   * @returns why not; nothing was changed then
   */
  admit(tx: Tx, record: TaskRecord): ExpectedError | null;
  /** What is stored of a task cannot be read: it has failed, and what it was working on is left as it stands. */
  damaged(tx: Tx, task: PendingTask, error: ExpectedError): void;
}

export function expired(): ExpectedError {
  return new ExpectedError('task.expired', 'The host did not come back in time.', {
    remedy: 'Ask for it once more.',
  });
}
