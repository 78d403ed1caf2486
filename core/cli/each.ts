import type { Context } from './context.ts';
import { followTasks, taskFailure } from './follow-tasks.ts';
import { Interrupted } from './interrupt.ts';
import { AlreadyReported, reportError } from './report.ts';

/** Does the same to each of several things: one that fails is told and does not stop the rest. */
export async function forEach<T>(
  context: Context,
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  let failures = 0;
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      failures += 1;
      tell(context, error);
    }
  }
  if (failures > 0) throw new AlreadyReported(`${failures} of ${items.length} failed`);
}

/** Starts a task for each of several things and, if asked to, waits for all of them together. */
export async function startEach<T>(
  context: Context,
  items: readonly T[],
  wait: boolean,
  start: (item: T) => Promise<{ readonly taskId: string }>,
): Promise<void> {
  const ids: string[] = [];
  let failed = false;
  await forEach(context, items, async (item) => ids.push((await start(item)).taskId)).catch(
    (error: unknown) => {
      if (!(error instanceof AlreadyReported)) throw error;
      failed = true;
    },
  );
  if (wait) {
    for (const task of await followTasks(context, ids)) {
      const failure = taskFailure(task);
      if (failure !== null) tell(context, failure);
      failed ||= failure !== null;
    }
  }
  if (failed) throw new AlreadyReported('some failed');
}

function tell({ io, options }: Context, error: unknown): void {
  reportError(io, error, { json: options.format === 'json', debug: options.debug });
}
