import { ExpectedError, isExpected, toErrorBody } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { Database, Tx } from '../state/database.ts';
import { failDamagedTask } from '../state/tasks.ts';
import type { Oversight } from './oversight.ts';
import type { PendingTask } from './pending.ts';

interface Damaged {
  readonly database: Database;
  readonly oversight: Oversight;
  readonly log: Log;
}

/** It is not the task that is wrong but the disk under the state file: the same will do a little later. */
export function isPassing(error: unknown): boolean {
  return isExpected(error, 'state.disk_full', 'state.read_only');
}

function unreadable({ id, kind }: PendingTask, cause: unknown): ExpectedError {
  return new ExpectedError('state.corrupt', `What is stored of the task ${id} (${kind}) is damaged.`, {
    remedy: 'Ask for it once more. What it was about is as it was left: look at it first.',
    details: { taskId: id, kind },
    cause,
  });
}

/**
 * What cannot be read fails, and everything else goes on.
 * @returns false when even that could not be stored
 */
export function failDamaged(
  { database, oversight, log }: Damaged,
  task: PendingTask,
  cause: unknown,
): boolean {
  const error = unreadable(task, cause);
  const fail = (tx: Tx): void => failDamagedTask(tx, task.id, toErrorBody(error, task.requestId));
  const ways = [
    (tx: Tx): void => {
      fail(tx);
      oversight.damaged(tx, task, error);
    },
    // What it was about may be damaged, too.
    fail,
  ];
  return ways.some((way) => {
    try {
      database.write(way);
      return true;
    } catch (failure) {
      log.error({ err: failure, taskId: task.id }, 'the end of a damaged task could not be stored');
      return false;
    }
  });
}
