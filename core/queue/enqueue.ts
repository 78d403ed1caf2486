import type { Task } from '../contract/index.ts';
import type { Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { isRetryable, type Lane, TASK_KINDS, type TaskInput, type TaskKind } from './kinds.ts';
import { parametersOf } from './parameters.ts';

export interface Enqueue<K extends TaskKind = TaskKind> {
  readonly kind: K;
  readonly input: TaskInput<K>;
  /** name of the thing it works on, for the person */
  readonly subject: string;
  readonly instanceId?: string;
  readonly imageId?: string;
  readonly hostId?: string;
  readonly requestId: string;
  readonly cancellable: boolean;
  readonly lane: Lane;
  /** the action on the instance that was asked for; its guard is asked again where the task has to wait */
  readonly action?: string;
  /** it begins when its host is back */
  readonly waitsFor?: Task['waitsFor'];
}

// Whoever was put last stays so for those that are there; a new one comes behind all.
function lastPosition(tx: Tx, { waitsFor, hostId }: Enqueue): number {
  if (!waitsFor || hostId === undefined) return 0;
  const waiting = q.selectFrom('tasks').where('state', '=', 'queued').where('host_id', '=', hostId);
  const row = tx.first(
    waiting.where('waits_for', 'is not', null).select((eb) => eb.fn.max('position').as('last')),
  );
  return row?.last ?? 0;
}

/**
 * Writes a task in the caller's transaction, so that the change that asks for work and the work itself are on disk
 * together or not at all. The runner hears of it through the `task.changed` event.
 * @returns the task's id
 */
export function enqueue<K extends TaskKind>(tx: Tx, request: Enqueue<K>): string {
  const input = TASK_KINDS[request.kind].parse(request.input);
  const task: Task = {
    id: tx.uuid(),
    kind: request.kind,
    lane: request.lane,
    state: 'queued',
    subject: request.subject,
    instanceId: request.instanceId ?? null,
    imageId: request.imageId ?? null,
    hostId: request.hostId ?? null,
    requestId: request.requestId,
    cancellable: request.cancellable,
    waitsFor: request.waitsFor ?? null,
    expiresAt: null,
    parameters: parametersOf(request.kind, input),
    retryable: false,
    steps: [],
    progress: null,
    error: null,
    createdAt: tx.now(),
    startedAt: null,
    finishedAt: null,
    revision: tx.nextRevision(),
  };
  tx.run(
    q.insertInto('tasks').values({
      id: task.id,
      kind: task.kind,
      lane: task.lane,
      state: task.state,
      subject: task.subject,
      instance_id: task.instanceId,
      image_id: task.imageId,
      host_id: task.hostId,
      request_id: task.requestId,
      input_json: JSON.stringify(input),
      cancellable: task.cancellable ? 1 : 0,
      error_json: null,
      created_at: task.createdAt,
      started_at: null,
      finished_at: null,
      waits_for: task.waitsFor,
      expires_at: task.expiresAt,
      position: lastPosition(tx, request),
      action: request.action ?? null,
      parameters_json: JSON.stringify(task.parameters),
      retryable: isRetryable(request.kind) ? 1 : 0,
      revision: task.revision,
    }),
  );
  tx.publish({ type: 'task.changed', value: task });
  return task.id;
}
