import type { z } from 'zod';

/** One callable method of the control plane: what goes in, what comes out, and whether it changes anything. */
export interface Method<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I;
  readonly output: O;
  /** `read` never writes; `write` changes state; a client may repeat a `read` freely. */
  readonly effect: 'read' | 'write';
}

export function read<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { input, output, effect: 'read' };
}

export function write<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { input, output, effect: 'write' };
}
