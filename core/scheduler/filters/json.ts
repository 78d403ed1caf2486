import type { Filter } from '../filter.ts';
import { hintText } from '../hints.ts';
import { holds, type JsonQuery, parseQuery, QueryError } from '../json-query.ts';

function readQuery(text: string): JsonQuery | string {
  try {
    return parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}

/** The hint `query` must hold for the host. Source: nova/scheduler/filters/json_filter.py */
export const json: Filter = {
  name: 'Json',
  description: 'With the hint query: only hosts for which it holds, e.g. [">=", "$free_ram_mb", 1024].',
  onByDefault: false,
  reads: ['query'],
  judge({ hints }) {
    const text = hintText(hints, 'query');
    if (text === null) return null;
    const query = readQuery(text);
    // The API refuses it; one that came otherwise must not pass for a query that holds.
    if (typeof query === 'string') return () => `the hint query ${query}`;
    return (host) => (holds(query, host) ? null : `the hint query does not hold here: ${text}`);
  },
};
