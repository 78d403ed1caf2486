import type { Element } from '@xmldom/xmldom';

/** Where a value stands below an element: `a/b`, `a/@b`, `@b`, or `` for the element's own text. */
export interface Path {
  readonly elements: readonly string[];
  readonly attribute: string | null;
}

export function parsePath(path: string): Path {
  const parts = path.split('/').filter((part) => part !== '');
  const last = parts.at(-1);
  if (!last?.startsWith('@')) return { elements: parts, attribute: null };
  return { elements: parts.slice(0, -1), attribute: last.slice(1) };
}

/** Children with this name in this namespace, in document order. */
export function childrenNamed(parent: Element, name: string, namespace: string | null): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (!isElement(node)) continue;
    if (node.localName === name && (node.namespaceURI ?? null) === namespace) found.push(node);
  }
  return found;
}

export function isElement(node: { readonly nodeType: number }): node is Element {
  return node.nodeType === 1;
}

function namespaceOf(element: Element): string | null {
  return element.namespaceURI ?? null;
}

/** Follows element names in the namespace of `from`. */
export function find(from: Element, names: readonly string[]): Element | undefined {
  let at: Element | undefined = from;
  for (const name of names) at = at && childrenNamed(at, name, namespaceOf(at))[0];
  return at;
}

/** As `find`, and makes what is missing. */
export function ensure(from: Element, names: readonly string[]): Element {
  return names.reduce(
    (at, name) => childrenNamed(at, name, namespaceOf(at))[0] ?? append(at, name, namespaceOf(at), at.prefix),
    from,
  );
}

export function append(
  parent: Element,
  name: string,
  namespace: string | null,
  prefix: string | null | undefined,
): Element {
  const document = parent.ownerDocument;
  if (!document) throw new Error('an element without a document');
  const child = document.createElementNS(namespace, prefix ? `${prefix}:${name}` : name);
  parent.appendChild(child);
  return child;
}
