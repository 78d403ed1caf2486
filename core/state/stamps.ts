import type { Reader } from './database.ts';
import { q } from './query.ts';

/**
 * Something that is different as soon as a row of the table was made, changed or deleted: revisions only rise, and a row
 * less without a higher revision is a row less in the count.
 */
export function stampOf(reader: Reader, table: 'aggregates' | 'images'): string {
  const row = reader.first(
    q.selectFrom(table).select((eb) => [eb.fn.max('revision').as('last'), eb.fn.countAll().as('rows')]),
  );
  return `${row?.last ?? 0} ${row?.rows ?? 0}`;
}
