import { z } from 'zod';
import { ErrorBody } from '../contract/index.ts';

/** Where a task stands: on disk before each step, so that the next process goes on from here. */
export const Memo = z.strictObject({
  direction: z.enum(['forward', 'back']).default('forward'),
  /** index of the step to do (forward) or to undo (back) next */
  next: z.number().int().default(0),
  attempt: z.number().int().nonnegative().default(0),
  /** row number of this attempt's first step */
  base: z.number().int().nonnegative().default(0),
  /** `stepStarted`'s answers in this attempt; a step that has one was started */
  marks: z.array(z.number().nullable()).default([]),
  failure: z
    .strictObject({ step: z.string(), error: ErrorBody, cancelled: z.boolean() })
    .nullable()
    .default(null),
});
export type Memo = z.infer<typeof Memo>;
