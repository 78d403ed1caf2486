import type { Parsed, Task } from '../contract/index.ts';
import { actOf, isActName } from '../conductor/acts.ts';
import { ExpectedError, toErrorBody } from '../domain/errors.ts';
import { isTaskKind, supersedes, TASK_KINDS } from '../queue/kinds.ts';
import { editableFields, parametersOf } from '../queue/parameters.ts';
import { endUnbegun } from '../queue/unbegun.ts';
import type { Tx } from '../state/database.ts';
import { getInstance } from '../state/instances.ts';
import {
  getTaskRecord,
  listWaitingTasks,
  type TaskChange,
  type TaskRecord,
  updateTask,
} from '../state/tasks.ts';
import { checkState } from './instances/find-instance.ts';
import { checkActive, findImage } from './images.ts';

/** What waits for the host of an instance ends, with a word, when what is asked for now leaves no room for it. */
export function makeWayFor(tx: Tx, instanceId: string, kind: string): void {
  for (const task of listWaitingTasks(tx, { instanceId })) {
    if (!supersedes(kind, task.kind)) continue;
    const error = new ExpectedError('cancelled', `It made way for another task (${kind})`);
    endUnbegun(tx, task, 'cancelled', toErrorBody(error));
  }
}

function waitingRecord(tx: Tx, id: string): TaskRecord {
  const record = getTaskRecord(tx, id);
  if (record === undefined) {
    throw new ExpectedError('task.not_found', `There is no task ${id}.`, { field: 'id' });
  }
  const { state, waitsFor } = record.task;
  if (state === 'queued' && waitsFor !== null) return record;
  throw new ExpectedError('task.not_waiting', `The task does not wait for its host: it is ${state}.`, {
    field: 'id',
    remedy: 'Only what waits for a host can be changed. Cancel it, or ask for something else after it.',
  });
}

/** A parameter as the kind's input holds it. */
function valueOf(tx: Tx, name: string, value: string): string {
  if (name !== 'image') return value;
  const image = findImage(tx, value, 'parameters');
  checkActive(tx, image, 'parameters');
  return image.id;
}

function changedInput(
  tx: Tx,
  { task, input }: TaskRecord,
  parameters: Readonly<Record<string, string>>,
): unknown {
  const fields = editableFields(task.kind);
  const changed: Record<string, unknown> = { ...(typeof input === 'object' ? input : {}) };
  for (const [name, value] of Object.entries(parameters)) {
    const field = fields[name];
    if (field === undefined) throw unknownParameter(task, name, Object.keys(fields));
    changed[field] = valueOf(tx, name, value);
  }
  const parsed = isTaskKind(task.kind) ? TASK_KINDS[task.kind].safeParse(changed) : undefined;
  if (parsed?.success) return parsed.data;
  const issue = parsed?.error.issues[0];
  throw new ExpectedError(
    'bad_input',
    `“${String(issue?.path[0] ?? 'parameters')}”: ${issue?.message ?? 'is wrong'}.`,
    {
      field: 'parameters',
      remedy: 'See what the action itself takes.',
    },
  );
}

function unknownParameter({ kind }: Task, name: string, known: readonly string[]): ExpectedError {
  return new ExpectedError('bad_input', `A task of kind ${kind} has no “${name}” that could be changed.`, {
    field: 'parameters',
    remedy:
      known.length === 0
        ? 'Nothing of it can be changed but time and place.'
        : `It has: ${known.join(', ')}.`,
  });
}

function parameterChange(
  tx: Tx,
  record: TaskRecord,
  parameters: Readonly<Record<string, string>>,
): TaskChange {
  const input = changedInput(tx, record, parameters);
  const { task, action } = record;
  const now = parametersOf(task.kind, input);
  if (action === null || !isActName(action)) return { input, parameters: now };
  const act = actOf(action, now);
  const instance = task.instanceId === null ? undefined : getInstance(tx, task.instanceId);
  if (instance !== undefined && act !== action) checkState(tx, instance, act, { whateverState: true });
  return { input, parameters: now, action: act };
}

function placeOf(tx: Tx, { hostId }: Task, position: 'first' | 'last'): number {
  const all = hostId === null ? [] : listWaitingTasks(tx, { hostId });
  const places = all.map((task) => task.position);
  return position === 'first' ? Math.min(0, ...places) - 1 : Math.max(0, ...places) + 1;
}

/**
 * Changes what a waiting task will do, how long it waits, and when its turn comes.
 * @throws ExpectedError `task.not_found`, `task.not_waiting`, `bad_input`
 */
export function setTask(tx: Tx, { id, expiresAt, parameters, position }: Parsed<'task.set'>): void {
  const record = waitingRecord(tx, id);
  updateTask(tx, id, {
    expect: { state: 'queued' },
    set: {
      ...(parameters !== undefined && parameterChange(tx, record, parameters)),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(position !== undefined && { position: placeOf(tx, record.task, position) }),
    },
  });
}
