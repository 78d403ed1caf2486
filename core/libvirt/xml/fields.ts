import { xmlText } from './document.ts';
import { append, childrenNamed, ensure, find, parsePath } from './path.ts';
import type { Field, Mapper } from './types.ts';

function scalar<V>(
  path: string,
  decode: (text: string) => V | undefined,
  encode: (value: V) => string,
): Field<V> {
  const { elements, attribute } = parsePath(path);
  return {
    read(element) {
      const at = find(element, elements);
      if (!at || (attribute !== null && !at.hasAttribute(attribute))) return undefined;
      return decode((attribute === null ? at.textContent : at.getAttribute(attribute)) ?? '');
    },
    write(element, value) {
      const at = ensure(element, elements);
      const encoded = xmlText(encode(value), path);
      if (attribute === null) at.textContent = encoded;
      else at.setAttribute(attribute, encoded);
    },
  };
}

export function text(path: string): Field<string> {
  return scalar(
    path,
    (value) => value,
    (value) => value,
  );
}

/** A whole number; what a host writes there and is none reads as absent. */
export function whole(path: string): Field<number> {
  return scalar(
    path,
    (value) => (/^\s*\d+\s*$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : undefined),
    (value) => value.toFixed(0),
  );
}

/** `yes`/`no`, libvirt's usual boolean */
export function yesNo(path: string): Field<boolean> {
  return scalar(
    path,
    (value) => (value === 'yes' ? true : value === 'no' ? false : undefined),
    (value) => (value ? 'yes' : 'no'),
  );
}

/** An element that says something by being there. */
export function flag(path: string): Field<boolean> {
  const { elements } = parsePath(path);
  return {
    read: (element) => find(element, elements) !== undefined,
    write(element, value) {
      const at = find(element, elements);
      if (value) ensure(element, elements);
      else at?.parentNode?.removeChild(at);
    },
  };
}

/** One nested element, below `under`. */
export function one<V>(mapper: Mapper<V>, under = ''): Field<V> {
  const { elements } = parsePath(under);
  return {
    read(element) {
      const parent = find(element, elements);
      const child = parent && childrenNamed(parent, mapper.name, mapper.namespace)[0];
      return child && mapper.read(child);
    },
    write(element, value) {
      const parent = ensure(element, elements);
      const child =
        childrenNamed(parent, mapper.name, mapper.namespace)[0] ??
        append(parent, mapper.name, mapper.namespace, mapper.prefix);
      mapper.patch(child, value);
    },
  };
}

/** All elements of this name below `under`, in order; writing replaces them all. */
export function many<V>(mapper: Mapper<V>, under = ''): Field<readonly V[]> {
  const { elements } = parsePath(under);
  return {
    read(element) {
      const parent = find(element, elements);
      return parent ? childrenNamed(parent, mapper.name, mapper.namespace).map(mapper.read) : [];
    },
    write(element, values) {
      if (values.length === 0 && !find(element, elements)) return;
      const parent = ensure(element, elements);
      for (const old of childrenNamed(parent, mapper.name, mapper.namespace)) parent.removeChild(old);
      for (const value of values) {
        mapper.patch(append(parent, mapper.name, mapper.namespace, mapper.prefix), value);
      }
    },
  };
}
