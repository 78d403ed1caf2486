import type { Task, TaskProgress } from '../contract/index.ts';
import { fromErrorBody, ExpectedError } from '../domain/errors.ts';
import type { Context } from './context.ts';
import { Interrupted } from './interrupt.ts';
import { formatBytes, formatDuration, ProgressLine } from './progress.ts';
import type { Session } from './session.ts';

const ENDED: readonly Task['state'][] = ['done', 'failed', 'cancelled'];

export function hasEnded(task: Task): boolean {
  return ENDED.includes(task.state);
}

function currentStep(task: Task): string {
  const running = task.steps.findLast((step) => step.state === 'running') ?? task.steps.at(-1);
  return running?.name ?? task.state;
}

function figures({ done, total, rate, eta }: TaskProgress): string {
  const share = total === null || total === 0 ? '' : `${Math.floor((100 * done) / total)}%  `;
  const of = total === null ? '' : ` of ${formatBytes(total)}`;
  const left = eta === null ? '' : `  ${formatDuration(eta)} left`;
  return `${share}${formatBytes(done)}${of}  ${formatBytes(rate)}/s${left}`;
}

/** Shows the first task that is still at work, and how many there are. */
class TaskBoard implements Disposable {
  readonly #line: ProgressLine;
  readonly #tasks = new Map<string, Task>();
  readonly #progress = new Map<string, TaskProgress>();
  readonly #count: number;

  constructor(line: ProgressLine, ids: readonly string[]) {
    this.#line = line;
    this.#count = ids.length;
  }

  heardTask(task: Task): void {
    const known = this.#tasks.get(task.id);
    if (known !== undefined && known.revision > task.revision) return;
    this.#tasks.set(task.id, task);
    if (task.progress !== null) this.#progress.set(task.id, task.progress);
    this.#show();
  }

  heardProgress(progress: TaskProgress): void {
    this.#progress.set(progress.taskId, progress);
    this.#show();
  }

  [Symbol.dispose](): void {
    this.#line[Symbol.dispose]();
  }

  #show(): void {
    const all = [...this.#tasks.values()];
    const ended = all.filter(hasEnded).length;
    const task = all.find((one) => !hasEnded(one));
    if (task === undefined) return;
    const step = currentStep(task);
    const counted = this.#progress.get(task.id);
    // What was counted in a step that is over says nothing about this one.
    const progress = counted?.step === step ? counted : undefined;
    const count = this.#count > 1 ? ` (${ended} of ${this.#count} done)` : '';
    this.#line.update(`${task.subject}: ${step}${count}`, progress === undefined ? '' : figures(progress));
  }
}

async function waitForEnd(session: Session, id: string): Promise<Task> {
  for (;;) {
    const task = await session.call('task.wait', { id, timeout: 30_000 });
    if (hasEnded(task)) return task;
  }
}

async function leave(context: Context, ids: readonly string[], then: 'goes-on' | 'cancel'): Promise<void> {
  const session = await context.connect();
  if (then === 'cancel') {
    for (const id of ids) await session.cancel(id);
  } else if (session.own) {
    context.note('What was started goes on with the next command.');
  } else {
    context.note(`What was started goes on. To wait for it: micronova task wait ${ids.join(' ')}`);
  }
}

/**
 * Waits until every task has ended, telling the person what is going on meanwhile.
 * @param interrupted what Ctrl-C means for the tasks
 */
export async function followTasks(
  context: Context,
  ids: readonly string[],
  interrupted: 'goes-on' | 'cancel' = 'goes-on',
): Promise<Task[]> {
  const session = await context.connect();
  using stack = new DisposableStack();
  const board = stack.use(new TaskBoard(new ProgressLine(context.io), ids));
  const subscription = await session.subscribe((event) => {
    if (event.type === 'task.changed' && ids.includes(event.value.id)) board.heardTask(event.value);
    if (event.type === 'task.progress' && ids.includes(event.value.taskId)) board.heardProgress(event.value);
  });
  stack.use(subscription);
  try {
    for (const id of ids) board.heardTask(await session.call('task.show', { id }));
    return await Promise.all(ids.map((id) => waitForEnd(session, id)));
  } catch (error) {
    board[Symbol.dispose]();
    if (error instanceof Interrupted) await leave(context, ids, interrupted);
    throw error;
  }
}

/** Why a task ended badly; null when it did not. */
export function taskFailure(task: Task): ExpectedError | null {
  // One that is done may have left something: what and why stands in its error.
  if (task.state === 'done' && task.error === null) return null;
  if (task.error !== null) return fromErrorBody(task.error);
  if (task.state === 'cancelled')
    return new ExpectedError('cancelled', `${task.subject}: ${task.kind} was cancelled.`);
  return new ExpectedError('internal', `${task.subject}: ${task.kind} failed.`);
}
