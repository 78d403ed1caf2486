import { type CompiledQuery, sql } from 'kysely';
import { q, type Query } from '../../core/state/query.ts';

/** A query that is compiled once: it is asked again after every step of every history. */
export function frozen<R>(query: Query<R>): Query<R> {
  const compiled = query.compile();
  return { compile: () => compiled };
}

/** What kysely has no words for. */
export function statement(text: string): Query<unknown> {
  const compiled: CompiledQuery = sql.raw(text).compile(q);
  return { compile: () => compiled };
}
