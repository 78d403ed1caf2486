import type { Task, taskMethods } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database } from '../state/database.ts';
import { getTask, listTasks } from '../state/tasks.ts';
import type { Handlers } from './router.ts';

/** What the API asks of whoever runs the tasks. */
export interface TaskControl {
  /** The task with its progress of this moment, which is stored nowhere. */
  withProgress(task: Task): Task;
  /**
   * Asks a task to end; what it has done so far is undone.
   * @throws ExpectedError `task.not_cancellable`, `task.not_found`
   */
  cancel(id: string): Task;
  /** @returns the task when it has ended, or as it is after `timeout` milliseconds */
  wait(id: string, timeout: number): Promise<Task>;
}

export function taskHandlers(database: Database, control: TaskControl): Handlers<keyof typeof taskMethods> {
  function find(id: string): Task {
    const task = getTask(database, id);
    if (task !== undefined) return task;
    throw new ExpectedError('task.not_found', `There is no task ${id}.`, {
      field: 'id',
      remedy: 'List the tasks to see those that there are.',
    });
  }

  return {
    'task.list': () => listTasks(database).map((task) => control.withProgress(task)),
    'task.show': ({ id }) => control.withProgress(find(id)),
    'task.cancel': ({ id }) => control.cancel(find(id).id),
    'task.wait': ({ id, timeout }) => control.wait(find(id).id, timeout),
  };
}
