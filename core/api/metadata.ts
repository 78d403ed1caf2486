import { Metadata } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

interface Change {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly unsetMetadata?: readonly string[] | undefined;
}

/**
 * Metadata with some keys taken away, then others set. The contract sees only what is added; what was there counts, too.
 * @throws ExpectedError `bad_input`
 */
export function mergedMetadata(
  before: Readonly<Record<string, string>>,
  { metadata, unsetMetadata = [] }: Change,
): Record<string, string> {
  const kept = Object.entries(before).filter(([key]) => !unsetMetadata.includes(key));
  const merged = { ...Object.fromEntries(kept), ...metadata };
  if (Metadata.safeParse(merged).success) return merged;
  throw new ExpectedError('bad_input', '“metadata” must have at most 128 items.', {
    field: 'metadata',
    remedy: 'Remove some with unsetMetadata.',
  });
}
