import { TASK_KINDS } from './kinds.ts';
import type { Operation, Operations } from './operation.ts';

/** The same work for every kind. */
export function everyKind(operation: Operation): Operations {
  const make = () => operation;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every kind there is, and no other
  return Object.fromEntries(Object.keys(TASK_KINDS).map((kind) => [kind, make])) as unknown as Operations;
}
