import type { ErrorCode } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

interface Kind {
  /** as the person calls it, e.g. `flavor` */
  readonly what: string;
  readonly notFound: ErrorCode;
  /** input field that held the reference */
  readonly field?: string;
}

/**
 * The one thing that a reference means. An id always means itself, even where something else has it as its name.
 * @param found everything whose id or name is `ref`
 * @throws ExpectedError `….not_found`, or `ambiguous` with the ids in `details.ids`
 */
export function resolveOne<T extends { readonly id: string; readonly name: string }>(
  found: readonly T[],
  ref: string,
  { what, notFound, field = 'ref' }: Kind,
): T {
  const [first, ...others] = found;
  if (first === undefined) {
    throw new ExpectedError(notFound, `There is no ${what} “${ref}”.`, {
      field,
      remedy: `List them to see the names and ids that there are.`,
    });
  }
  const byId = found.find((one) => one.id === ref);
  if (byId !== undefined || others.length === 0) return byId ?? first;
  const ids = found.map((one) => one.id);
  throw new ExpectedError('ambiguous', `${ids.length} ${what}s have the name “${ref}”: ${ids.join(', ')}.`, {
    field,
    remedy: 'Say which one you mean by its id.',
    details: { ids },
  });
}

/** @throws ExpectedError `name_taken` when another has the name already */
export function refuseTaken(
  found: readonly { readonly id: string; readonly name: string }[],
  name: string,
  what: string,
  ownId?: string,
): void {
  if (!found.some((one) => one.name === name && one.id !== ownId)) return;
  throw new ExpectedError('name_taken', `There is a ${what} with the name “${name}” already.`, {
    field: 'name',
    remedy: 'Choose another name, or delete that one first.',
  });
}
