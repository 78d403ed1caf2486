import type { z } from 'zod';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { Reader } from './database.ts';

/**
 * What the file holds is parsed before it is believed.
 * @throws ExpectedError `state.corrupt` that names the row
 */
export function parseRow<S extends z.ZodType>(
  table: string,
  id: string,
  schema: S,
  build: () => unknown,
): z.output<S> {
  try {
    return schema.parse(build());
  } catch (error) {
    throw new ExpectedError('state.corrupt', `The row ${id} of ${table} in the database is damaged.`, {
      cause: error,
      remedy:
        'Everything else goes on working. To get it back, quit Micronova and put back a copy of the database file.',
      details: { table, id },
    });
  }
}

/** For lists: a damaged row goes to the log and the others are shown. */
export function parseRows<R, T>(reader: Reader, rows: readonly R[], parse: (row: R) => T): T[] {
  return rows.flatMap((row) => {
    try {
      return [parse(row)];
    } catch (error) {
      if (!isExpected(error, 'state.corrupt')) throw error;
      reader.log.error({ err: error }, error.message);
      return [];
    }
  });
}

export function fromJson(text: string): unknown {
  return JSON.parse(text);
}

export function fromJsonOrNull(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

export function toJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
