import type { Task, TaskProgress, taskMethods } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database, Tx } from '../state/database.ts';
import { getTask, listTasks } from '../state/tasks.ts';
import type { Handlers } from './router.ts';
import { taskEnd } from './task-end.ts';
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

  async function wait(id: string, timeout: number): Promise<Task> {
    show(id);
    await taskEnd(database, id, timeout);
    return show(id);
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
