import type { Element } from '@xmldom/xmldom';
import { parseXml, toXml } from './document.ts';
import { domain } from './domain/domain.ts';
import { childrenNamed, find, isElement } from './path.ts';

const INDENT = '  ';

/**
 * What may differ between two looks at one definition without anybody's having changed it: the names and marks that
 * Micronova keeps up itself, and what only a running guest has.
 */
const OURS_TO_CHANGE = ['name', 'title', 'metadata'] as const;
const ATTRIBUTES_LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  domain: ['id'],
  graphics: ['passwd', 'passwdValidTo', 'connected'],
};

/**
 * A domain's definition as indented lines that can be compared, and laid side by side: attributes in the order of their
 * names, elements in libvirt's order, which it keeps.
 * @param xml of an inactive domain
 * @throws ExpectedError `libvirt.protocol`
 */
export function comparableDefinition(xml: string): string {
  const root = parseXml(xml, 'domain');
  for (const name of OURS_TO_CHANGE) removeAll(root, name);
  leaveFirmwareOut(root);
  return `${linesOf(root, '').join('\n')}\n`;
}

// Where libvirt picks the firmware itself it puts down what it picked, at the first start or with a newer version.
function leaveFirmwareOut(root: Element): void {
  const os = find(root, ['os']);
  if (!os?.getAttribute('firmware')) return;
  for (const name of ['loader', 'nvram', 'firmware']) removeAll(os, name);
}

function removeAll(parent: Element, name: string): void {
  for (const part of childrenNamed(parent, name, null)) parent.removeChild(part);
}

function linesOf(element: Element, indent: string): string[] {
  const children = [...element.childNodes].filter(isElement);
  const text = children.length === 0 ? (element.textContent ?? '').trim() : '';
  const start = `${indent}<${element.nodeName}${attributesOf(element)}`;
  if (children.length === 0 && text === '') return [`${start}/>`];
  if (children.length === 0) return [`${start}>${escaped(text)}</${element.nodeName}>`];
  const inner = children.flatMap((child) => linesOf(child, indent + INDENT));
  return [`${start}>`, ...inner, `${indent}</${element.nodeName}>`];
}

function attributesOf(element: Element): string {
  const leftOut = ATTRIBUTES_LEFT_OUT[element.localName ?? ''] ?? [];
  return [...element.attributes]
    .filter(({ name }) => !leftOut.includes(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => ` ${name}='${escaped(value)}'`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;' };

function escaped(text: string): string {
  return text.replace(/[&<>']/g, (character) => ENTITIES[character] ?? character);
}

export interface DefinedSize {
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
}

const KIB_PER_UNIT: Readonly<Record<string, number>> = { KiB: 1, MiB: 1024, GiB: 1024 ** 2 };

/** How large a definition makes its guest; null where it does not say so in libvirt's own units. */
export function definedSize(xml: string): DefinedSize | null {
  const { vcpus, memory, memoryUnit = 'KiB' } = domain.read(parseXml(xml, 'domain'));
  const factor = KIB_PER_UNIT[memoryUnit];
  if (vcpus === undefined || memory === undefined || factor === undefined) return null;
  return { vcpus, ram: Math.ceil((memory * factor) / 1024) };
}

/** A definition with the name, the title and the metadata of another one, which is the younger. */
export function withMarksOf(definition: string, younger: string): string {
  const root = parseXml(definition, 'domain');
  const theirs = parseXml(younger, 'domain');
  for (const name of OURS_TO_CHANGE) {
    removeAll(root, name);
    const marks = childrenNamed(theirs, name, null).map((part) => root.ownerDocument?.importNode(part, true));
    for (const part of marks) if (part) root.insertBefore(part, root.firstChild);
  }
  return toXml(root);
}

/** The definition with a new password on every display that is reached over TCP: none is ever kept. */
export function withPasswords(definition: string, newPassword: () => string): string {
  const root = parseXml(definition, 'domain');
  const devices = find(root, ['devices']);
  for (const graphics of devices ? childrenNamed(devices, 'graphics', null) : []) {
    const listens = childrenNamed(graphics, 'listen', null).map((listen) => listen.getAttribute('type'));
    const isSocket =
      listens.includes('socket') || listens.includes('none') || graphics.hasAttribute('socket');
    if (!isSocket) graphics.setAttribute('passwd', newPassword());
  }
  return toXml(root);
}

/** Paths of the files that a definition's disks and drives are, without empty drives. */
export function diskFiles(definition: string): string[] {
  const { disks = [] } = domain.read(parseXml(definition, 'domain'));
  return disks.flatMap(({ file }) => (file === undefined ? [] : [file]));
}
