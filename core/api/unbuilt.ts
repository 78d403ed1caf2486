import type { MethodName } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

/** Methods whose handlers are on their way. */
export const UNBUILT = [
  'instance.evacuate',
  'task.retry',
  'task.set',
] as const satisfies readonly MethodName[];

export function unbuilt(): never {
  throw new ExpectedError('not_supported', 'This is not built yet.');
}
