import type { z } from 'zod';
import type { ErrorBody, Task } from '../contract/index.ts';
import type { Tx } from '../state/database.ts';
import type { Lane, TaskKind } from './kinds.ts';

/** What a step is told about the task it is part of. */
export interface StepContext {
  readonly task: Task;
  /** ends the step: the task was cancelled, or Micronova shuts down */
  readonly signal: AbortSignal;
  /** 0 for the first time through the steps */
  readonly attempt: number;
  /** an earlier process began this task */
  readonly resumed: boolean;
  /** why the steps are being undone, or why the attempt before this one was */
  readonly failure: Failure | null;
  /** bytes; at most four of these a second reach the subscribers */
  progress(done: number, total: number | null): void;
}

export interface Failure {
  readonly step: string;
  readonly error: ErrorBody;
  /** somebody wanted it to end */
  readonly cancelled: boolean;
}

/** The task waits for its turn in another lane before it goes on. */
export interface Move {
  readonly lane: Lane;
  readonly hostId: string | null;
}

/** What a step changes in the database, in the one transaction that also notes the step's end. */
export type Commit = (tx: Tx) => Move | undefined;

/**
 * One step. `do` and `undo` must be idempotent: after a crash the unfinished one is called again. `undo` is also called
 * for a step that failed half-way.
 */
export interface Step {
  readonly name: string;
  readonly do: (context: StepContext) => Promise<Commit | undefined> | Commit | undefined;
  readonly undo?: (context: StepContext) => Promise<Commit | undefined> | Commit | undefined;
  /** milliseconds for which it may count nothing before it is given up; left out: `STEP_PATIENCE` */
  readonly patience?: number;
}

export type StepResult = 'success' | 'error' | 'undone';

export type Outcome =
  | { readonly state: 'done' }
  | { readonly state: 'failed' | 'cancelled'; readonly failure: Failure };

/** A task's work: steps, and what is to be written beside them. */
export interface Operation {
  readonly steps: readonly Step[];
  /** @returns a mark that `stepEnded` gets back, also in a later process */
  readonly stepStarted?: (tx: Tx, context: StepContext, step: string) => number | null;
  readonly stepEnded?: (tx: Tx, context: StepContext, end: StepEnd) => void;
  /** What one step did could not be undone. */
  readonly undoFailed?: (tx: Tx, context: StepContext, step: string, error: ErrorBody) => void;
  /** Asked when everything is undone: once more from the first step? */
  readonly again?: (tx: Tx, context: StepContext, failure: Failure) => boolean;
  /** @returns the error to be kept with the task, where it should be another than the failure's own */
  readonly ended?: (tx: Tx, context: StepContext, outcome: Outcome) => ErrorBody | undefined;
}

export interface StepEnd {
  readonly step: string;
  readonly mark: number | null;
  readonly result: StepResult;
  readonly error: ErrorBody | null;
}

/** How each kind of task is done; the input is as it was stored. */
export type Operations = { readonly [K in TaskKind]: (input: unknown) => Operation };

/** Parses the stored input before it is believed. */
export function operationFor<S extends z.ZodType>(
  input: S,
  make: (input: z.output<S>) => Operation,
): (input: unknown) => Operation {
  return (stored) => make(input.parse(stored));
}
