import type { Task } from '../contract/index.ts';
import { type Database, type Reader } from '../state/database.ts';
import { getTask } from '../state/tasks.ts';

const hasEnded = (task: Task | undefined): boolean =>
  task === undefined || (task.state !== 'queued' && task.state !== 'running');

/** Settles when the task has ended, or after so many milliseconds. */
export async function taskEnd(database: Database, id: string, timeout: number): Promise<void> {
  if (isOver(database, id) || timeout === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeout);
  const subscription = database.subscribe((event) => {
    if (event.type === 'task.changed' && event.value.id === id && hasEnded(event.value)) resolve();
  });
  await promise;
  clearTimeout(timer);
  subscription[Symbol.dispose]();
}

function isOver(reader: Reader, id: string): boolean {
  return hasEnded(getTask(reader, id));
}
