import type { Parsed } from '../contract/index.ts';
import { isActName } from '../conductor/acts.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { enqueue } from '../queue/enqueue.ts';
import { isLane, isTaskKind, TASK_KINDS, waitsForHost } from '../queue/kinds.ts';
import type { Reader, Tx } from '../state/database.ts';
import { updateImage } from '../state/images.ts';
import { getTaskRecord, type TaskRecord } from '../state/tasks.ts';
import { findInstance } from './instances/find-instance.ts';
import { findHost } from './hosts.ts';
import { checkActive, findImage } from './images.ts';
import { acceptStored } from './instances/instance-accept.ts';
import { evacuateAgain } from './instances/instance-evacuate.ts';

function retryable(reader: Reader, id: string): TaskRecord {
  const record = getTaskRecord(reader, id);
  if (record === undefined) {
    throw new ExpectedError('task.not_found', `There is no task ${id}.`, { field: 'id' });
  }
  const { retryable: may, state, subject } = record.task;
  if (may) return record;
  const isOver = state === 'failed' || state === 'cancelled';
  const why = isOver ? 'what it was about is gone, or is asked for in another way' : `it is ${state}`;
  throw new ExpectedError('task.not_retryable', `The task on “${subject}” cannot be tried again: ${why}.`, {
    field: 'id',
    remedy: isOver ? 'Ask for it anew.' : 'Only what has failed or was cancelled can be tried again.',
  });
}

/** What work on images needs of the world before it is asked for once more. */
function prepareImage(tx: Tx, { task }: TaskRecord): void {
  if (task.imageId === null || waitsForHost(task.kind)) return;
  const image = findImage(tx, task.imageId);
  if (task.kind === 'image.create') updateImage(tx, image.id, { status: 'queued' });
  if (task.kind === 'image.upload') checkActive(tx, image, 'id');
}

/** The same work once more as a task of its own, where no instance has to let it in. */
function enqueueAgain(tx: Tx, record: TaskRecord, requestId: string): string {
  const { kind, lane, subject, imageId, hostId } = record.task;
  if (!isTaskKind(kind) || !isLane(lane)) throw new Error(`the task ${record.task.id} is of no known kind`);
  prepareImage(tx, record);
  if (hostId !== null) findHost(tx, hostId);
  return enqueue(tx, {
    kind,
    input: TASK_KINDS[kind].parse(record.input),
    subject,
    ...(imageId !== null && { imageId }),
    ...(hostId !== null && { hostId }),
    requestId,
    cancellable: kind !== 'image.delete',
    lane,
    waitsFor: waitsForHost(kind) ? 'host' : null,
  });
}

/**
 * Asks for the same once more: same kind, same input, the guard asked again.
 * @returns the new task's id
 * @throws ExpectedError `task.not_found`, `task.not_retryable`, and what asking for it anew throws
 */
export function retryTask(tx: Tx, { id, whenBack }: Parsed<'task.retry'>, context: RequestContext): string {
  const record = retryable(tx, id);
  const { action, input } = record;
  if (action === null || !isActName(action) || record.task.instanceId === null) {
    return enqueueAgain(tx, record, context.requestId);
  }
  const instance = findInstance(tx, record.task.instanceId);
  if (action === 'evacuate') return evacuateAgain(tx, instance, input, context).taskId;
  const stored = typeof input === 'object' && input !== null ? input : {};
  return acceptStored(tx, instance, { action, input: stored, whenBack }, context).taskId;
}
