import type { Task, TaskProgress, taskMethods } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database, Tx } from '../state/database.ts';
import { getTask, listTasks } from '../state/tasks.ts';
import type { Handlers } from './router.ts';
import { retryTask } from './task-retry.ts';
import { setTask } from './waiting-tasks.ts';

/** What the API asks of whoever runs the tasks. */
export interface TaskControl {
  /**
   * Stops a task: a queued one at once, a running one at its next chance, with what it did undone.
   * @throws ExpectedError `task.not_cancellable`, `task.not_found`
   */
  cancel(tx: Tx, taskId: string): void;
  /** Where a running task stands; it is stored nowhere. */
  progressOf(taskId: string): TaskProgress | null;
}

const hasEnded = (task: Task) => task.state !== 'queued' && task.state !== 'running';

export function taskHandlers(database: Database, control: TaskControl): Handlers<keyof typeof taskMethods> {
  const withProgress = (task: Task): Task => ({ ...task, progress: control.progressOf(task.id) });

  function show(id: string): Task {
    const task = getTask(database, id);
    if (task !== undefined) return withProgress(task);
    throw new ExpectedError('task.not_found', `There is no task ${id}.`, {
      field: 'id',
      remedy: 'List the tasks to see those that there are; old ones are forgotten.',
    });
  }

  function wait(id: string, timeout: number): Promise<Task> {
    const task = show(id);
    if (hasEnded(task) || timeout === 0) return Promise.resolve(task);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeout);
    const subscription = database.subscribe((event) => {
      if (event.type === 'task.changed' && event.value.id === id && hasEnded(event.value)) resolve();
    });
    return promise
      .then(() => show(id))
      .finally(() => {
        clearTimeout(timer);
        subscription[Symbol.dispose]();
      });
  }

  return {
    'task.list': () => listTasks(database).map(withProgress),
    'task.show': ({ id }) => show(id),
    'task.cancel': ({ id }) => {
      show(id);
      database.write((tx) => control.cancel(tx, id));
      return show(id);
    },
    'task.retry': (input, context) => show(database.write((tx) => retryTask(tx, input, context))),
    'task.set': (input) => {
      database.write((tx) => setTask(tx, input));
      return show(input.id);
    },
    'task.wait': ({ id, timeout }) => wait(id, timeout),
  };
}
