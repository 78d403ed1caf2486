import type { ContractEvent, Task, TaskProgress } from '../contract/index.ts';
import { ExpectedError, isExpected, toErrorBody } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import type { Database, Tx } from '../state/database.ts';
import { getTask, getTaskRecord, type TaskRecord, updateTask } from '../state/tasks.ts';
import type { Clock } from './clock.ts';
import { failDamaged, isPassing } from './damage.ts';
import { Expiry } from './expiry.ts';
import { isLane, isTaskKind, type Lane, type TaskKind } from './kinds.ts';
import { Lanes } from './lanes.ts';
import { Memo } from './memo.ts';
import type { Move, Operations } from './operation.ts';
import { expired, type Oversight } from './oversight.ts';
import { listPending, type PendingTask } from './pending.ts';
import { ProgressMeter } from './progress.ts';
import { Fenced, TaskRun } from './task-run.ts';
import { awaitsHost, turnOf } from './turns.ts';
import { endUnbegun } from './unbegun.ts';

export interface TaskRunnerOptions {
  readonly database: Database;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly log: Log;
  /** for the tasks that wait until their host is there */
  readonly isConnected: (hostId: string) => boolean;
  readonly oversight: Oversight;
}

type Asked = Pick<Task, 'id' | 'instanceId' | 'requestId'> & {
  readonly state: string;
  readonly waitsFor: string | null;
};

interface Running {
  readonly cancel: AbortController;
  readonly meter: ProgressMeter;
  readonly kind: TaskKind;
  /** null for one that ends without having had its turn */
  lane: Lane | null;
  progress: TaskProgress | null;
}

/** milliseconds until work is taken up again that could not be written down, say on a full disk */
const RETRY_AFTER = 5_000;
/** milliseconds for the running steps to let go at the end; what they do later is refused by the fence */
const PATIENCE = 5_000;
/** milliseconds at most until the waiting ones are looked at again: timers of weeks are not to be trusted */
const LOOK_AGAIN = 3_600_000;

/**
 * Runs the tasks that `enqueue` has written: each at least once, in lanes with limits, one at a time for each instance.
 * What was running when the last process ended goes on from its first unfinished step.
 */
export class TaskRunner implements AsyncDisposable {
  readonly #options: TaskRunnerOptions;
  readonly #lanes = new Lanes();
  readonly #running = new Map<string, Running>();
  readonly #runs = new Set<Promise<void>>();
  readonly #shutdown = new AbortController();
  /** those who were asked to end, and why */
  readonly #asked = new Map<string, string>();
  readonly #idle = new Set<() => void>();
  /** those whose run broke off, until they are taken up again */
  readonly #resting = new Set<string>();
  readonly #expiry: Expiry;
  #subscription: Disposable | null = null;
  #retry: Disposable | null = null;
  #alarm: Disposable | null = null;
  #due = false;
  /** a task waits for its host */
  #someWait = true;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.#expiry = new Expiry(options.clock);
  }

  start(): void {
    if (this.#subscription !== null) return;
    this.#subscription = this.#options.database.subscribe((event) => this.#hear(event));
    this.#schedule();
  }

  /** Takes no more tasks, breaks off the running ones where they are, and waits for their steps to let go. */
  async stop(): Promise<void> {
    this.#subscription?.[Symbol.dispose]();
    this.#retry?.[Symbol.dispose]();
    this.#alarm?.[Symbol.dispose]();
    this.#shutdown.abort(new ExpectedError('cancelled', 'Micronova is shutting down'));
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(PATIENCE, resolve);
    await Promise.race([Promise.allSettled(this.#runs), promise]);
    timer[Symbol.dispose]();
    this.#tellIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Where a running task stands; null where nothing is counted. */
  progressOf(id: string): TaskProgress | null {
    return this.#running.get(id)?.progress ?? null;
  }

  /**
   * Asks a task to end, once the caller's transaction is on disk; what it has done so far is undone.
   * @throws ExpectedError `task.not_found`, `task.not_cancellable`
   */
  cancel(tx: Tx, id: string): void {
    const task = getTask(tx, id);
    if (task === undefined) throw new ExpectedError('task.not_found', `There is no task ${id}.`);
    const over = task.state !== 'queued' && task.state !== 'running';
    if (over || !task.cancellable) {
      const why = over ? `it is over (${task.state})` : 'it must run to its end';
      throw new ExpectedError('task.not_cancellable', `The task cannot be cancelled: ${why}.`);
    }
    this.#askToEnd(tx, task, 'It was cancelled');
  }

  /** Resolves as soon as nothing runs and nothing that could run is queued. */
  async idle(): Promise<void> {
    if (this.#running.size === 0 && !this.#due) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    await promise;
  }

  #tellIdle(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  #askToEnd(tx: Tx, task: Asked, why: string): void {
    if (task.state === 'queued' && task.waitsFor !== null) {
      return endUnbegun(tx, task, 'cancelled', toErrorBody(new ExpectedError('cancelled', why)));
    }
    this.#asked.set(task.id, why);
    updateTask(tx, task.id, { set: { cancelRequested: true } });
  }

  #hear(event: ContractEvent): void {
    if (event.type === 'task.changed') this.#hearTask(event.value);
    else if (event.type === 'host.changed' && event.value.connection === 'connected') this.#hearHost();
  }

  // A host is told of at every claim; only those who wait for one care.
  #hearHost(): void {
    if (this.#someWait) this.#schedule();
  }

  #hearTask(task: Task): void {
    // The end of one that has not begun gives way to those that wait behind it.
    if (task.state !== 'running' && !this.#running.has(task.id)) this.#schedule();
    const why = this.#asked.get(task.id);
    if (why === undefined) return;
    this.#asked.delete(task.id);
    // The transaction that asked may have been rolled back: only what is on disk counts.
    if (!getTaskRecord(this.#options.database, task.id)?.cancelRequested) return;
    this.#running.get(task.id)?.cancel.abort(new ExpectedError('cancelled', why));
    this.#schedule();
  }

  // Many events come at once; the queue is read once for all of them.
  #schedule(): void {
    if (this.#due || this.#shutdown.signal.aborted) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.#shutdown.signal.aborted) return;
      this.#tryToTakeTasks();
      if (this.#running.size === 0 && !this.#due) this.#tellIdle();
    });
  }

  // Nobody would catch what is thrown here, and Micronova would end: a disk that is full now has room again later.
  #tryToTakeTasks(): void {
    try {
      this.#takeTasks();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the queue could not be taken up');
      this.#lookLater();
    }
  }

  #takeTasks(): void {
    const earlier: PendingTask[] = [];
    let next: number | null = null;
    this.#someWait = false;
    for (const task of listPending(this.#options.database)) {
      const left = task.waitsFor === null ? null : this.#expiry.left(task);
      this.#someWait ||= awaitsHost(task);
      const taken = this.#running.has(task.id) || this.#resting.has(task.id);
      if (!taken) this.#try(task, () => this.#consider(task, left, earlier));
      // One whose time is up and whose end could not be written rests until it is tried again.
      if (left !== null && left > 0) next = Math.min(next ?? LOOK_AGAIN, left);
      earlier.push(task);
    }
    this.#wakeIn(next);
  }

  /** One that cannot be begun must not keep the others from it. */
  #try(task: PendingTask, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log.error({ err: error, taskId: task.id }, 'a task could not begin');
      if (isPassing(error)) this.#retryLater(task.id);
      else this.#giveUp(task, error);
    }
  }

  #consider(task: PendingTask, left: number | null, earlier: readonly PendingTask[]): void {
    const { database, isConnected } = this.#options;
    const { kind, lane } = task;
    if (!isTaskKind(kind) || !isLane(lane))
      throw new Error(`there is no work of kind ${kind} in lane ${lane}`);
    if (left !== null && left <= 0) {
      database.write((tx) => endUnbegun(tx, task, 'failed', toErrorBody(expired())));
      return this.#expiry.forget(task.id);
    }
    const turn = turnOf(task, earlier, isConnected);
    for (const other of turn.supersede) {
      database.write((tx) => this.#askToEnd(tx, other, `It made way for another task (${kind})`));
    }
    if (!turn.now) return;
    const entered = this.#lanes.enter(lane, kind);
    // What is to end is not kept waiting by a full lane.
    if (entered || task.cancelRequested) this.#begin(task, kind, entered ? lane : null);
  }

  #begin(task: PendingTask, kind: TaskKind, lane: Lane | null): void {
    const meter = new ProgressMeter(task.id, this.#options.clock, (progress) => this.#tellProgress(progress));
    const running: Running = { kind, lane, cancel: new AbortController(), meter, progress: null };
    this.#running.set(task.id, running);
    const run = this.#run(task, running).finally(() => {
      this.#runs.delete(run);
      this.#schedule();
    });
    this.#runs.add(run);
  }

  async #run(task: PendingTask, running: Running): Promise<void> {
    let walk: TaskRun | null = null;
    try {
      const record = await this.#options.database.writeSoon((tx) => this.#own(tx, task));
      walk = record && this.#walk(record, running);
      await walk?.run();
    } catch (error) {
      if (error instanceof Fenced || this.#shutdown.signal.aborted) return;
      this.#options.log.error({ err: error, taskId: task.id }, 'a task broke off');
      const isDamaged = isExpected(error, 'state.corrupt') || (walk === null && !isPassing(error));
      if (isDamaged) this.#giveUp(task, error);
      else this.#retryLater(task.id);
    } finally {
      running.meter[Symbol.dispose]();
      this.#running.delete(task.id);
      if (running.lane !== null) this.#lanes.leave(running.lane, running.kind);
    }
  }

  /** @returns null when there is nothing to begin: another has it, or it makes no sense any more */
  #own(tx: Tx, { id, generation: before }: PendingTask): TaskRecord | null {
    const record = getTaskRecord(tx, id);
    if (record === undefined || (record.task.state !== 'queued' && record.task.state !== 'running'))
      return null;
    const { waitsFor, startedAt } = record.task;
    if (waitsFor !== null) {
      this.#expiry.forget(id);
      const refusal = this.#options.oversight.admit(tx, record);
      if (refusal !== null) {
        endUnbegun(tx, record.task, 'failed', toErrorBody(refusal, record.task.requestId));
        return null;
      }
    }
    const generation = before + 1;
    const set = {
      state: 'running',
      generation,
      waitsFor: null,
      startedAt: startedAt ?? this.#now(),
    } as const;
    const task = updateTask(tx, id, { expect: { generation: before }, set });
    return task && { ...record, task, generation };
  }

  #giveUp(task: PendingTask, cause: unknown): void {
    if (!failDamaged(this.#options, task, cause)) this.#retryLater(task.id);
  }

  /** @param milliseconds null: none of those that wait will ever be given up */
  #wakeIn(milliseconds: number | null): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = null;
    if (milliseconds === null) return;
    this.#alarm = this.#options.clock.after(milliseconds, () => this.#schedule());
  }

  #walk(record: TaskRecord, running: Running): TaskRun {
    const memo = Memo.parse(record.memo);
    if (record.cancelRequested) running.cancel.abort(new ExpectedError('cancelled', 'It was cancelled'));
    const claimed = {
      task: record.task,
      memo,
      generation: record.generation,
      resumed: record.generation > 1,
    };
    return new TaskRun(claimed, {
      database: this.#options.database,
      clock: this.#options.clock,
      operation: this.#options.operations[running.kind](record.input),
      cancel: running.cancel.signal,
      shutdown: this.#shutdown.signal,
      onProgress: (step, done, total) => running.meter.count(step, done, total),
      move: (move) => this.#move(running, move),
    });
  }

  #move(running: Running, { lane }: Move): boolean {
    if (running.lane === lane) return true;
    if (!this.#lanes.enter(lane, running.kind)) return false;
    if (running.lane !== null) this.#lanes.leave(running.lane, running.kind);
    running.lane = lane;
    this.#schedule();
    return true;
  }

  #tellProgress(progress: TaskProgress): void {
    const running = this.#running.get(progress.taskId);
    if (running === undefined) return;
    running.progress = progress;
    this.#options.database.announce({ type: 'task.progress', value: progress });
  }

  #retryLater(id: string): void {
    this.#resting.add(id);
    this.#lookLater();
  }

  #lookLater(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = this.#options.clock.after(RETRY_AFTER, () => {
      this.#resting.clear();
      this.#schedule();
    });
  }

  #now(): string {
    return timestamp(new Date(this.#options.clock.now()));
  }
}
