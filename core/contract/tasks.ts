import { z } from 'zod';
import { Nothing, Revision, Timestamp, Uuid } from './common.ts';
import { ErrorBody } from './errors.ts';
import { read, write } from './method.ts';

export const TaskProgress = z.strictObject({
  taskId: Uuid,
  /** what is counted now, e.g. a step's name */
  step: z.string(),
  /** bytes */
  done: z.number().nonnegative(),
  /** bytes; null where unknown */
  total: z.number().nonnegative().nullable(),
  /** bytes a second */
  rate: z.number().nonnegative(),
  /** seconds left; null where unknown */
  eta: z.number().nonnegative().nullable(),
});
export type TaskProgress = z.infer<typeof TaskProgress>;

export const TaskStep = z.strictObject({
  name: z.string(),
  state: z.enum(['running', 'done', 'failed', 'undone']),
  startedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
  error: ErrorBody.nullable(),
});
export type TaskStep = z.infer<typeof TaskStep>;

export const Task = z.strictObject({
  id: Uuid,
  kind: z.string(),
  /** `conductor`, `image`, or `host:ID` */
  lane: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  /** name of the thing it works on, for the person */
  subject: z.string(),
  instanceId: Uuid.nullable(),
  imageId: Uuid.nullable(),
  hostId: Uuid.nullable(),
  requestId: z.string(),
  cancellable: z.boolean(),
  /** `host`: it waits in the lane of a host that is away */
  waitsFor: z.enum(['host']).nullable(),
  /** of a waiting one: after this it is given up */
  expiresAt: Timestamp.nullable(),
  /** what a person may still change of a waiting one, by name */
  parameters: z.record(z.string(), z.string()),
  /** a failed one that can be tried again, as it was asked for */
  retryable: z.boolean(),
  steps: z.array(TaskStep),
  progress: TaskProgress.nullable(),
  error: ErrorBody.nullable(),
  createdAt: Timestamp,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  revision: Revision,
});
export type Task = z.infer<typeof Task>;

export const taskMethods = {
  /** Running and queued ones first, then the latest 200 finished. */
  'task.list': read(Nothing, z.array(Task)),
  'task.show': read(z.strictObject({ id: Uuid }), Task),
  'task.cancel': write(z.strictObject({ id: Uuid }), Task),
  /** Asks for the same once more, after a failure: the new task. `whenBack` as in the action itself. */
  'task.retry': write(z.strictObject({ id: Uuid, whenBack: z.boolean().default(false) }), Task),
  /** Changes a task that waits for its host. */
  'task.set': write(
    z.strictObject({
      id: Uuid,
      expiresAt: Timestamp.nullable().optional(),
      /** `type` of a reboot, `image` of a rebuild */
      parameters: z.record(z.string(), z.string()).optional(),
      /** where among those that wait for the same host */
      position: z.enum(['first', 'last']).optional(),
    }),
    Task,
  ),
  /** Answers when the task has ended, or after `timeout` milliseconds with the task as it is then. */
  'task.wait': read(
    z.strictObject({ id: Uuid, timeout: z.number().int().min(0).max(60_000).default(30_000) }),
    Task,
  ),
};
