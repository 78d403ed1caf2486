import type { ContractEvent, Task, TaskProgress } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import type { Database, Tx } from '../state/database.ts';
import { getTask, getTaskRecord, type TaskRecord, updateTask } from '../state/tasks.ts';
import type { Clock } from './clock.ts';
import { isLane, isTaskKind, type Lane, type TaskKind } from './kinds.ts';
import { Lanes } from './lanes.ts';
import { Memo } from './memo.ts';
import type { Move, Operations } from './operation.ts';
import { listPending, type PendingTask } from './pending.ts';
import { ProgressMeter } from './progress.ts';
import { Fenced, TaskRun } from './task-run.ts';
import { turnOf } from './turns.ts';

export interface TaskRunnerOptions {
  readonly database: Database;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly log: Log;
  /** for the tasks that wait until their host is there */
  readonly isConnected: (hostId: string) => boolean;
}

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
  #subscription: Disposable | null = null;
  #retry: Disposable | null = null;
  #due = false;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
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
    this.#askToEnd(tx, id, 'It was cancelled');
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

  #askToEnd(tx: Tx, id: string, why: string): void {
    this.#asked.set(id, why);
    updateTask(tx, id, { set: { cancelRequested: true } });
  }

  #hear(event: ContractEvent): void {
    if (event.type === 'task.changed') this.#hearTask(event.value);
    else if (event.type === 'host.changed' && event.value.connection === 'connected') this.#schedule();
  }

  #hearTask(task: Task): void {
    if (task.state === 'queued') this.#schedule();
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
    for (const task of listPending(this.#options.database)) {
      const taken = this.#running.has(task.id) || this.#resting.has(task.id);
      if (!taken && isTaskKind(task.kind) && isLane(task.lane)) {
        this.#consider(task, task.kind, task.lane, earlier);
      }
      earlier.push(task);
    }
  }

  #consider(task: PendingTask, kind: TaskKind, lane: Lane, earlier: readonly PendingTask[]): void {
    const turn = turnOf(task, earlier, this.#options.isConnected);
    const { database } = this.#options;
    for (const other of turn.supersede) {
      database.write((tx) => this.#askToEnd(tx, other.id, `It made way for another task (${kind})`));
    }
    if (!turn.now) return;
    const entered = this.#lanes.enter(lane, kind);
    // What is to end is not kept waiting by a full lane.
    if (entered || task.cancelRequested) this.#claim(task, kind, entered ? lane : null);
  }

  #claim(pending: PendingTask, kind: TaskKind, lane: Lane | null): void {
    const { database } = this.#options;
    const record = getTaskRecord(database, pending.id);
    const generation = pending.generation + 1;
    const task = database.write((tx) =>
      updateTask(tx, pending.id, {
        expect: { generation: pending.generation },
        set: { state: 'running', generation, startedAt: record?.task.startedAt ?? this.#now() },
      }),
    );
    if (record === undefined || task === null) return this.#leave(lane, kind);
    const running: Running = {
      kind,
      lane,
      cancel: new AbortController(),
      meter: new ProgressMeter(task.id, this.#options.clock, (progress) => this.#tellProgress(progress)),
      progress: null,
    };
    this.#running.set(task.id, running);
    if (record.cancelRequested) running.cancel.abort(new ExpectedError('cancelled', 'It was cancelled'));
    const run = this.#run({ ...record, task, generation }, running).finally(() => {
      this.#runs.delete(run);
      this.#schedule();
    });
    this.#runs.add(run);
  }

  async #run(record: TaskRecord, running: Running): Promise<void> {
    const { task, generation } = record;
    try {
      await this.#walk(record, running).run();
    } catch (error) {
      if (error instanceof Fenced || this.#shutdown.signal.aborted) return;
      this.#options.log.error({ err: error, taskId: task.id, generation }, 'a task broke off');
      this.#resting.add(task.id);
      this.#lookLater();
    } finally {
      running.meter[Symbol.dispose]();
      this.#running.delete(task.id);
      this.#leave(running.lane, running.kind);
    }
  }

  #walk(record: TaskRecord, running: Running): TaskRun {
    const memo = Memo.parse(record.memo);
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
    this.#leave(running.lane, running.kind);
    running.lane = lane;
    this.#schedule();
    return true;
  }

  #leave(lane: Lane | null, kind: TaskKind): void {
    if (lane !== null) this.#lanes.leave(lane, kind);
  }

  #tellProgress(progress: TaskProgress): void {
    const running = this.#running.get(progress.taskId);
    if (running === undefined) return;
    running.progress = progress;
    this.#options.database.announce({ type: 'task.progress', value: progress });
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
