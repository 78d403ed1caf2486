import { DOMImplementation, DOMParser, XMLSerializer, type Document, type Element } from '@xmldom/xmldom';
import { ExpectedError } from '../../domain/errors.ts';

// XML 1.0, production Char, turned round. A lone surrogate counts as not representable.
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/**
 * The rule for text that XML 1.0 cannot hold (NUL and most control characters, U+FFFE, U+FFFF, half a surrogate pair):
 * it is refused, never silently changed, so that what is read back is what was written.
 * @throws ExpectedError `bad_input`
 */
export function xmlText(value: string, where: string): string {
  const bad = NOT_XML.exec(value);
  if (!bad) return value;
  const code = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new ExpectedError('bad_input', `The value of "${where}" holds U+${code}, which XML cannot carry`, {
    remedy: 'Leave that character out.',
    field: where,
  });
}

/** @throws ExpectedError `libvirt.protocol` when the text is no well-formed XML document with this root element */
export function parseXml(text: string, rootName: string): Element {
  const root = parse(text).documentElement;
  if (root?.localName !== rootName) {
    throw new ExpectedError(
      'libvirt.protocol',
      `Expected a <${rootName}> document, got <${root?.localName}>`,
    );
  }
  return root;
}

function refuse(level: string, message: string): void {
  if (level !== 'warning') throw new Error(message);
}

function parse(text: string): Document {
  try {
    return new DOMParser({ onError: refuse }).parseFromString(
      text.replace(LINE_ENDS, escaped),
      'application/xml',
    );
  } catch (cause) {
    throw new ExpectedError('libvirt.protocol', 'The host sent XML that cannot be read', { cause });
  }
}

export function newRoot(namespace: string | null, qualifiedName: string): Element {
  const root = new DOMImplementation().createDocument(namespace, qualifiedName).documentElement;
  if (!root) throw new Error(`no root element for ${qualifiedName}`);
  return root;
}

// The parser takes these for line ends (XML 1.1's rule); XML 1.0, and libvirt, hold them for ordinary characters.
const LINE_ENDS = /[\u0085\u2028\u2029]/g;
// The serializer escapes a carriage return in attributes only; in text it would be read back as a line feed.
const TO_ESCAPE = /[\r\u0085\u2028\u2029]/g;

function escaped(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

export function toXml(element: Element): string {
  return new XMLSerializer().serializeToString(element).replace(TO_ESCAPE, escaped);
}
