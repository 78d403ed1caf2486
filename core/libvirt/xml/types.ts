import type { Element } from '@xmldom/xmldom';

/** One value of a mapped element. `write` leaves alone whatever else stands there. */
export interface Field<V> {
  read(element: Element): V | undefined;
  write(element: Element, value: V): void;
}

/**
 * How an element and a plain object stand for each other. User input reaches XML through a mapper and no other way.
 * Every value is optional: a host may leave out anything, and what is left out when writing stays as it is.
 */
export interface Mapper<V> {
  readonly name: string;
  readonly namespace: string | null;
  readonly prefix: string | null;
  readonly read: (element: Element) => V;
  /** Writes the given values into a live element; what the mapper does not know survives. */
  readonly patch: (element: Element, values: V) => void;
}

export type Infer<M> = M extends Mapper<infer V> ? V : never;
