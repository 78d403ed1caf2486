import type { CompiledQuery } from 'kysely';
import type { Query } from './query.ts';

/** Stands in a compiled query where a value will. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is asked again and again: built and compiled once, and only filled in afterwards. It is compiled anew for
 * another set of names only, so that a change names the columns that it is about and leaves the others undefined.
 * @param build is given stand-ins: it must pass the values on to the query and never look at them, but for whether one is
 * undefined
 */
export function prepared<R>(build: (values: object) => Query<R>): () => Query<R>;
export function prepared<V extends object, R>(build: (values: V) => Query<R>): (values: V) => Query<R>;
export function prepared<R>(
  build: (values: never) => Query<R>,
): (values?: Readonly<Record<string, unknown>>) => Query<R> {
  const shapes = new Map<string, CompiledQuery<R>>();
  const compile = (names: readonly string[]): CompiledQuery<R> => {
    const slots = Object.fromEntries(names.map((name) => [name, new Slot(name)]));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a query takes whatever stands for a value
    return build(slots as never).compile();
  };
  return (values = {}) => ({
    compile: () => {
      const names = Object.keys(values).filter((name) => values[name] !== undefined);
      const shape = names.join();
      const query = shapes.get(shape) ?? compile(names);
      shapes.set(shape, query);
      const parameters = query.parameters.map((one) => (one instanceof Slot ? values[one.name] : one));
      return { ...query, parameters };
    },
  });
}
