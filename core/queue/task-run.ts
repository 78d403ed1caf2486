import type { ErrorBody, Task, TaskStep } from '../contract/index.ts';
import { isExpected, toErrorBody } from '../domain/errors.ts';
import { timestamp } from '../domain/time.ts';
import type { Database, Tx } from '../state/database.ts';
import { putTaskStep, type TaskChange, updateTask } from '../state/tasks.ts';
import type { Clock } from './clock.ts';
import { isPassing } from './damage.ts';
import { Memo } from './memo.ts';
import type {
  Commit,
  Failure,
  Move,
  Operation,
  Outcome,
  Step,
  StepContext,
  StepResult,
} from './operation.ts';
import { STEP_PATIENCE, withinLimits } from './step-limits.ts';

/** Another owner has taken the task over: whatever this one still wants to say does not count. */
export class Fenced extends Error {}

export interface Claimed {
  readonly task: Task;
  readonly memo: Memo;
  readonly generation: number;
  readonly resumed: boolean;
}

type RunChange = Omit<TaskChange, 'memo'> & { readonly memo?: Memo };

interface Surroundings {
  readonly database: Database;
  readonly clock: Clock;
  readonly operation: Operation;
  /** the task is to end: its steps so far are undone */
  readonly cancel: AbortSignal;
  /** Micronova ends: the task stays as it is on disk */
  readonly shutdown: AbortSignal;
  readonly onProgress: (step: string, done: number, total: number | null) => void;
  /** Changes lanes; false when the new one is full. */
  readonly move: (move: Move) => boolean;
}

/** One owner's walk through a task's steps, forward, and back again after a failure. */
export class TaskRun {
  readonly #at: Surroundings;
  readonly #generation: number;
  readonly #resumed: boolean;
  readonly #forward: AbortSignal;
  #task: Task;
  #memo: Memo;

  constructor(claimed: Claimed, surroundings: Surroundings) {
    this.#at = surroundings;
    this.#task = claimed.task;
    this.#memo = claimed.memo;
    this.#generation = claimed.generation;
    this.#resumed = claimed.resumed;
    this.#forward = AbortSignal.any([surroundings.cancel, surroundings.shutdown]);
  }

  /**
   * Goes on until the task has ended, or waits in another lane.
   * @throws Fenced; the shutdown signal's reason; what the database throws
   */
  async run(): Promise<void> {
    for (;;) {
      this.#at.shutdown.throwIfAborted();
      const move = this.#memo.direction === 'forward' ? await this.#goForward() : await this.#goBack();
      if (move === 'ended') return;
      if (move !== undefined && !(await this.#enter(move))) return;
    }
  }

  async #goForward(): Promise<Move | 'ended' | undefined> {
    const step = this.#at.operation.steps[this.#memo.next];
    if (step === undefined) return await this.#finish({ state: 'done' });
    if (this.#at.cancel.aborted) return await this.#fail(step, this.#at.cancel.reason);
    try {
      await this.#start(step);
      const commit = await this.#limited(step, this.#forward, step.do);
      return await this.#done(step, commit);
    } catch (error) {
      if (error instanceof Fenced || isPassing(error)) throw error;
      return await this.#fail(step, error);
    }
  }

  async #start(step: Step): Promise<void> {
    if (this.#memo.marks.length <= this.#memo.next)
      await this.#write((tx) => ({ memo: this.#begin(tx, step) }));
  }

  #begin(tx: Tx, step: Step): Memo {
    const { marks, next, base } = this.#memo;
    const mark = this.#at.operation.stepStarted?.(tx, this.#context(step, this.#forward), step.name) ?? null;
    putTaskStep(tx, this.#task.id, base + next, this.#row(step, 'running', null));
    return { ...this.#memo, marks: [...marks, mark] };
  }

  /**
   * The step's end is on disk before the next one begins; that it begins, or that all is done, goes into the same
   * transaction, unless the task changes lanes in between or the next step's beginning cannot be written.
   */
  async #done(step: Step, commit: Commit | undefined): Promise<Move | 'ended' | undefined> {
    const memo = { next: this.#memo.next + 1 };
    const close = (tx: Tx): void => this.#close(tx, step, 'success');
    try {
      return await this.#commit(commit, memo, close, (tx) => this.#goOn(tx));
    } catch (error) {
      if (error instanceof Fenced || isPassing(error)) throw error;
      return await this.#commit(commit, memo, close);
    }
  }

  #goOn(tx: Tx): RunChange {
    const step = this.#at.operation.steps[this.#memo.next];
    if (step === undefined) return this.#ending(tx, { state: 'done' });
    return this.#forward.aborted ? {} : { memo: this.#begin(tx, step) };
  }

  async #fail(step: Step, error: unknown): Promise<undefined> {
    this.#at.shutdown.throwIfAborted();
    const asked = this.#at.cancel.aborted;
    const body = toErrorBody(asked ? this.#at.cancel.reason : error, this.#task.requestId);
    const failure = { step: step.name, error: body, cancelled: asked || isExpected(error, 'cancelled') };
    const begun = this.#memo.marks.length > this.#memo.next;
    await this.#write((tx) => {
      if (begun) this.#close(tx, step, 'error', body);
      const next = begun ? this.#memo.next : this.#memo.next - 1;
      return { memo: { ...this.#memo, direction: 'back', next, failure } };
    });
  }

  async #goBack(): Promise<Move | 'ended' | undefined> {
    const { failure, next } = this.#memo;
    if (failure === null) throw new Error(`task ${this.#task.id} goes back without a failure`);
    const step = this.#at.operation.steps[next];
    if (step === undefined) return await this.#undone(failure);
    const context = this.#context(step, this.#at.shutdown);
    const failedHere = step.name === failure.step;
    try {
      const commit = await this.#limited(step, this.#at.shutdown, step.undo);
      return await this.#commit(commit, { next: next - 1 }, (tx) => {
        if (!failedHere) this.#close(tx, step, 'undone');
      });
    } catch (error) {
      this.#at.shutdown.throwIfAborted();
      if (error instanceof Fenced || isPassing(error)) throw error;
      const body = toErrorBody(error, this.#task.requestId);
      await this.#write((tx) => {
        this.#at.operation.undoFailed?.(tx, context, step.name, body);
        if (!failedHere) this.#close(tx, step, 'undone', body);
        return { memo: { ...this.#memo, next: next - 1 } };
      });
      return undefined;
    }
  }

  async #limited(step: Step, signal: AbortSignal, work: Step['undo']): Promise<Commit | undefined> {
    if (work === undefined) return undefined;
    const { name, patience = STEP_PATIENCE } = step;
    return withinLimits({ clock: this.#at.clock, signal, name, patience }, (surveyed) => {
      const context = this.#context(step, surveyed.signal);
      const progress: StepContext['progress'] = (done, total) => {
        surveyed.gotOn();
        context.progress(done, total);
      };
      return work({ ...context, progress });
    });
  }

  async #undone(failure: Failure): Promise<'ended' | undefined> {
    const cancelled = failure.cancelled || this.#at.cancel.aborted;
    const context = this.#context(undefined, this.#at.shutdown);
    const memo = await this.#write((tx) => {
      if (cancelled || !this.#at.operation.again?.(tx, context, failure)) return {};
      const { attempt, base, marks } = this.#memo;
      return { memo: { ...Memo.parse({}), attempt: attempt + 1, base: base + marks.length, failure } };
    });
    if (memo.direction === 'forward') return undefined;
    return await this.#finish({ state: cancelled ? 'cancelled' : 'failed', failure });
  }

  async #finish(outcome: Outcome): Promise<'ended'> {
    await this.#write((tx) => this.#ending(tx, outcome));
    return 'ended';
  }

  #ending(tx: Tx, outcome: Outcome): RunChange {
    const error = this.#at.operation.ended?.(tx, this.#context(undefined, this.#at.shutdown), outcome);
    return {
      state: outcome.state,
      error: error ?? (outcome.state === 'done' ? null : outcome.failure.error),
      cancellable: false,
      finishedAt: this.#now(),
    };
  }

  async #enter(move: Move): Promise<boolean> {
    if (this.#at.move(move)) return true;
    await this.#write(() => ({ state: 'queued' }));
    return false;
  }

  async #commit(
    commit: Commit | undefined,
    memo: Partial<Memo>,
    close: (tx: Tx) => void,
    goOn: (tx: Tx) => RunChange = () => ({}),
  ): Promise<Move | 'ended' | undefined> {
    let move: Move | undefined;
    let ended = false;
    await this.#write((tx) => {
      move = commit?.(tx) ?? undefined;
      close(tx);
      this.#memo = { ...this.#memo, ...memo };
      const more = move === undefined ? goOn(tx) : {};
      ended = more.finishedAt !== undefined;
      return { memo: this.#memo, ...move, ...more };
    });
    return ended ? 'ended' : move;
  }

  #close(tx: Tx, step: Step, result: StepResult, error: ErrorBody | null = null): void {
    const { base, marks } = this.#memo;
    const index = this.#at.operation.steps.indexOf(step);
    const state = ({ success: 'done', error: 'failed', undone: 'undone' } as const)[result];
    putTaskStep(tx, this.#task.id, base + index, this.#row(step, state, error));
    const end = { step: step.name, mark: marks[index] ?? null, result, error };
    this.#at.operation.stepEnded?.(tx, this.#context(step, this.#forward), end);
  }

  #row(step: Step, state: TaskStep['state'], error: ErrorBody | null): TaskStep {
    const index = this.#memo.base + this.#at.operation.steps.indexOf(step);
    const now = this.#now();
    const startedAt = this.#task.steps[index]?.startedAt ?? now;
    return { name: step.name, state, startedAt, finishedAt: state === 'running' ? null : now, error };
  }

  /** Changes the task in one transaction, if it is still ours; where that fails, all is as it was. */
  async #write(work: (tx: Tx) => RunChange): Promise<Memo> {
    const { database } = this.#at;
    const before = this.#memo;
    try {
      this.#task = await database.writeSoon((tx) => {
        const change = work(tx);
        this.#memo = change.memo ?? before;
        const task = updateTask(tx, this.#task.id, { expect: { generation: this.#generation }, set: change });
        if (task === null) throw new Fenced(`task ${this.#task.id} has another owner`);
        return task;
      });
    } catch (error) {
      this.#memo = before;
      throw error;
    }
    return this.#memo;
  }

  #context(step: Step | undefined, signal: AbortSignal): StepContext {
    return {
      task: this.#task,
      signal,
      attempt: this.#memo.attempt,
      resumed: this.#resumed,
      failure: this.#memo.failure,
      progress: (done, total) => this.#at.onProgress(step?.name ?? '', done, total),
    };
  }

  #now(): string {
    return timestamp(new Date(this.#at.clock.now()));
  }
}
