import { type Selectable, sql, type Updateable } from 'kysely';
import { type ErrorBody, Task, type TaskStep } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';
import { fromJson, fromJsonOrNull, parseRow, parseRows, toJsonOrNull } from './rows.ts';
import type { TasksTable, TaskStepsTable } from './schema.ts';

type Row = Selectable<TasksTable> & { readonly has_subject: number };
type StepRow = Selectable<TaskStepsTable>;

const KEPT_IN_LIST = 200;

/** A task as the queue needs it: the contract's view and what the runner keeps beside it. */
export interface TaskRecord {
  readonly task: Task;
  readonly input: unknown;
  readonly memo: unknown;
  /** counts the owners; what an earlier one still writes is refused */
  readonly generation: number;
  readonly cancelRequested: boolean;
  /** the action on the instance that it was asked for as; null for work that nobody asked of an instance */
  readonly action: string | null;
}

const stepFromRow = (row: StepRow): unknown => ({
  name: row.name,
  state: row.state,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  error: fromJsonOrNull(row.error_json),
});

const isBadEnd = (state: string) => state === 'failed' || state === 'cancelled';

// Progress is stored nowhere: whoever runs the task knows it.
const fromRow = (row: Row, steps: readonly StepRow[]): Task =>
  parseRow('tasks', row.id, Task, () => ({
    waitsFor: row.waits_for,
    expiresAt: row.expires_at,
    parameters: fromJson(row.parameters_json),
    retryable: isBadEnd(row.state) && row.retryable === 1 && row.has_subject === 1,
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    state: row.state,
    subject: row.subject,
    instanceId: row.instance_id,
    imageId: row.image_id,
    hostId: row.host_id,
    requestId: row.request_id,
    cancellable: row.cancellable === 1,
    steps: steps.map(stepFromRow),
    progress: null,
    error: fromJsonOrNull(row.error_json),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    revision: row.revision,
  }));

// What it was about may be gone: then there is nothing to ask for once more.
const hasSubject = sql<number>`
  (instance_id IS NULL OR EXISTS (SELECT 1 FROM instances WHERE id = tasks.instance_id AND deleted_at IS NULL))
  AND (image_id IS NULL OR EXISTS (SELECT 1 FROM images WHERE id = tasks.image_id))`;

const all = q.selectFrom('tasks').selectAll().select(hasSubject.as('has_subject'));
const allSteps = q.selectFrom('task_steps').selectAll().orderBy('seq');

const byId = prepared(({ id }: { id: string }) => all.where('id', '=', id));
const stepsById = prepared(({ id }: { id: string }) => allSteps.where('task_id', '=', id));

function stepsOf(reader: Reader, id: string): StepRow[] {
  return reader.all(stepsById({ id }));
}

function withSteps(reader: Reader, rows: readonly Row[]): Task[] {
  return parseRows(reader, rows, (row) => fromRow(row, stepsOf(reader, row.id)));
}

/** Queued and running ones, oldest first. */
export function listActiveTasks(reader: Reader): Task[] {
  const active = all.where('state', 'in', ['queued', 'running']);
  return withSteps(reader, reader.all(active.orderBy('created_at').orderBy('revision')));
}

/** Active ones first, then the latest finished. */
export function listTasks(reader: Reader): Task[] {
  const finished = all.where('state', 'not in', ['queued', 'running']);
  const latest = finished.orderBy('finished_at', 'desc').limit(KEPT_IN_LIST);
  return [...listActiveTasks(reader), ...withSteps(reader, reader.all(latest))];
}

/** The task of this kind that is queued or running for an instance or an image. */
export function findActiveTask(reader: Reader, kind: string, subjectId: string): Task | undefined {
  const active = all.where('state', 'in', ['queued', 'running']).where('kind', '=', kind);
  const row = reader.first(
    active.where((eb) => eb.or([eb('instance_id', '=', subjectId), eb('image_id', '=', subjectId)])),
  );
  return row && fromRow(row, stepsOf(reader, row.id));
}

/** What the queued and running tasks of one kind were given, as it was stored. */
export function listPendingInputs(reader: Reader, kind: string): unknown[] {
  const pending = q
    .selectFrom('tasks')
    .select('input_json')
    .where('kind', '=', kind)
    .where('state', 'in', ['queued', 'running']);
  return reader.all(pending).map((row) => fromJson(row.input_json));
}

export function getTask(reader: Reader, id: string): Task | undefined {
  const row = reader.first(byId({ id }));
  return row && fromRow(row, stepsOf(reader, id));
}

export function getTaskRecord(reader: Reader, id: string): TaskRecord | undefined {
  const row = reader.first(byId({ id }));
  if (row === undefined) return undefined;
  return {
    task: fromRow(row, stepsOf(reader, id)),
    input: fromJson(row.input_json),
    memo: fromJson(row.memo_json),
    generation: row.generation,
    cancelRequested: row.cancel_requested === 1,
    action: row.action,
  };
}

export interface TaskChange {
  readonly state?: Task['state'] | undefined;
  readonly waitsFor?: Task['waitsFor'] | undefined;
  readonly expiresAt?: string | null | undefined;
  readonly position?: number | undefined;
  readonly action?: string | undefined;
  readonly input?: unknown;
  readonly parameters?: Task['parameters'] | undefined;
  readonly lane?: string | undefined;
  readonly hostId?: string | null | undefined;
  readonly memo?: unknown;
  readonly cancellable?: boolean | undefined;
  readonly cancelRequested?: boolean | undefined;
  readonly generation?: number | undefined;
  readonly error?: Task['error'] | undefined;
  readonly startedAt?: string | null | undefined;
  readonly finishedAt?: string | null | undefined;
}

const flag = (value: boolean | undefined) => (value === undefined ? undefined : Number(value));

function columnsOf(change: TaskChange): Updateable<TasksTable> {
  return {
    state: change.state,
    waits_for: change.waitsFor,
    expires_at: change.expiresAt,
    position: change.position,
    action: change.action,
    input_json: change.input === undefined ? undefined : JSON.stringify(change.input),
    parameters_json: change.parameters && JSON.stringify(change.parameters),
    lane: change.lane,
    host_id: change.hostId,
    memo_json: change.memo === undefined ? undefined : JSON.stringify(change.memo),
    cancellable: flag(change.cancellable),
    cancel_requested: flag(change.cancelRequested),
    generation: change.generation,
    error_json: change.error === undefined ? undefined : toJsonOrNull(change.error),
    started_at: change.startedAt,
    finished_at: change.finishedAt,
  };
}

export interface TaskExpectation {
  readonly state?: Task['state'] | undefined;
  /** the fence: only the task's present owner may write */
  readonly generation?: number | undefined;
}

type Update = Updateable<TasksTable> & {
  readonly id: string;
  readonly ifState: Task['state'] | undefined;
  readonly ifGeneration: number | undefined;
};
const update = prepared(({ id, ifState, ifGeneration, ...columns }: Update) => {
  let query = q.updateTable('tasks').set(columns).where('id', '=', id);
  if (ifState !== undefined) query = query.where('state', '=', ifState);
  if (ifGeneration !== undefined) query = query.where('generation', '=', ifGeneration);
  return query;
});

/**
 * Compare and swap on a task.
 * @returns null when it is not as expected, or gone; nothing has changed then
 */
export function updateTask(
  tx: Tx,
  id: string,
  { expect = {}, set }: { readonly expect?: TaskExpectation; readonly set: TaskChange },
): Task | null {
  const columns = { ...columnsOf(set), revision: tx.nextRevision() };
  const { state: ifState, generation: ifGeneration } = expect;
  if (tx.run(update({ ...columns, id, ifState, ifGeneration })) === 0) return null;
  const task = getTask(tx, id);
  if (task === undefined) return null;
  tx.publish({ type: 'task.changed', value: task });
  return task;
}

/**
 * Ends a task of which something cannot be read: it is told only if the rest of it can. An owner that it may have has lost
 * it.
 */
export function failDamagedTask(tx: Tx, id: string, error: ErrorBody): void {
  const set = { state: 'failed', cancellable: 0, waits_for: null, error_json: JSON.stringify(error) };
  const change = { ...set, finished_at: tx.now(), revision: tx.nextRevision() };
  const fence = q.updateTable('tasks').set((eb) => ({ ...change, generation: eb('generation', '+', 1) }));
  tx.run(fence.where('id', '=', id).where('state', 'in', ['queued', 'running']));
  const row = tx.first(byId({ id }));
  if (row === undefined) return;
  for (const value of parseRows(tx, [row], (one) => fromRow(one, stepsOf(tx, id)))) {
    tx.publish({ type: 'task.changed', value });
  }
}

/** Those that wait in the lane of a host that is away, in the order in which they will go. */
export function listWaitingTasks(
  reader: Reader,
  of: { readonly hostId: string } | { readonly instanceId: string },
): (Task & { readonly position: number })[] {
  const waiting = all.where('state', '=', 'queued').where('waits_for', 'is not', null);
  const [column, id] =
    'hostId' in of ? (['host_id', of.hostId] as const) : (['instance_id', of.instanceId] as const);
  const rows = reader.all(
    waiting
      .where(column, '=', id)
      .orderBy('position')
      .orderBy(sql`rowid`),
  );
  return parseRows(reader, rows, (row) => ({
    ...fromRow(row, stepsOf(reader, row.id)),
    position: row.position,
  }));
}

const putStep = prepared((row: StepRow) =>
  q
    .insertInto('task_steps')
    .values(row)
    .onConflict((oc) => oc.columns(['task_id', 'seq']).doUpdateSet(row)),
);

/** Writes the step at `seq` (from 0), new or again; tell it with `updateTask`. */
export function putTaskStep(tx: Tx, taskId: string, seq: number, step: TaskStep): void {
  const row = {
    task_id: taskId,
    seq,
    name: step.name,
    state: step.state,
    started_at: step.startedAt,
    finished_at: step.finishedAt,
    error_json: toJsonOrNull(step.error),
  };
  tx.run(putStep(row));
}
