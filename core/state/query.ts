import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Schema } from './schema.ts';

/** Anything that kysely can turn into SQL. */
export interface Query<R> {
  compile(): CompiledQuery<R>;
}

/**
 * Builds typed queries; it never runs them. `database.all(q.selectFrom('flavors').selectAll())` does, synchronously, so
 * that a transaction is one function without a pause in it.
 */
export const q = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
