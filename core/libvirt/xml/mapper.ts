import { newRoot, parseXml, toXml } from './document.ts';
import { childrenNamed, find, parsePath } from './path.ts';
import type { Field, Mapper } from './types.ts';

type Values<F> = { readonly [K in keyof F]?: F[K] extends Field<infer V> ? V | undefined : never };

interface Namespace {
  readonly uri: string;
  readonly prefix: string;
}

/** Declares an element by its fields; they are written in the order in which they are declared. */
export function mapper<F extends Record<string, Field<unknown>>>(
  name: string,
  fields: F,
  namespace?: Namespace,
): Mapper<Values<F>> {
  const entries = Object.entries(fields);
  return {
    name,
    namespace: namespace?.uri ?? null,
    prefix: namespace?.prefix ?? null,
    read: (element) =>
      // An object built from the entries of `fields` has exactly their keys; no type guard can say that.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      Object.fromEntries(entries.map(([key, field]) => [key, field.read(element)])) as Values<F>,
    patch(element, values) {
      const given: Readonly<Record<string, unknown>> = values;
      for (const [key, field] of entries) {
        if (given[key] !== undefined) field.write(element, given[key]);
      }
    },
  };
}

/** @throws ExpectedError `bad_input` when a value holds what XML cannot carry */
export function buildXml<V>(of: Mapper<V>, values: V): string {
  const root = newRoot(of.namespace, of.prefix === null ? of.name : `${of.prefix}:${of.name}`);
  of.patch(root, values);
  return toXml(root);
}

/** @throws ExpectedError `libvirt.protocol` */
export function readXml<V>(of: Mapper<V>, xml: string): V {
  return of.read(parseXml(xml, of.name));
}

/** The same document with these values in it and everything else as it was. */
export function patchXml<V>(of: Mapper<V>, xml: string, values: V): string {
  const root = parseXml(xml, of.name);
  of.patch(root, values);
  return toXml(root);
}

/** Where an element stands in a document, e.g. `graphics` below `devices` of a `domain`. */
interface Place {
  readonly root: string;
  /** path of the parent, from the root */
  readonly under: string;
}

/**
 * One element of a document, as a document of its own, with these values in it and everything else as it was: what
 * libvirt wants for a change to one device. Null where there is no such element.
 */
export function patchedPart<V>(of: Mapper<V>, xml: string, place: Place, values: V): string | null {
  const parent = find(parseXml(xml, place.root), parsePath(place.under).elements);
  const part = parent && childrenNamed(parent, of.name, of.namespace)[0];
  if (!part) return null;
  of.patch(part, values);
  return toXml(part);
}
