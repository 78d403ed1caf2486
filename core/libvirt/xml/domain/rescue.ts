import type { Element } from '@xmldom/xmldom';
import { parseXml, toXml } from '../document.ts';
import { text } from '../fields.ts';
import { mapper } from '../mapper.ts';
import { append, childrenNamed, ensure, find } from '../path.ts';
import type { Infer } from '../types.ts';
import { disk } from './disk.ts';

type Disk = Infer<typeof disk>;

/**
 * Stands in the metadata of a domain that boots its rescue disk, in a namespace of its own, and keeps what that took
 * the place of: the host alone can tell how to get back.
 */
const rescue = mapper(
  'rescue',
  {
    /** boot devices of `os`, in order, with spaces between */
    boot: text('@boot'),
  },
  { uri: 'https://micronova.dev/xmlns/rescue/1', prefix: 'micronova-rescue' },
);

function devicesOf(root: Element): Element {
  return ensure(root, ['devices']);
}

function orders(root: Element): Element[] {
  const devices = devicesOf(root);
  const all = ['disk', 'interface', 'hostdev', 'redirdev'].flatMap((name) =>
    childrenNamed(devices, name, null),
  );
  return all.flatMap((device) => childrenNamed(device, 'boot', null));
}

/** libvirt refuses two devices of the same order, so all others move by one. */
function shift(root: Element, by: 1 | -1): void {
  for (const boot of orders(root)) {
    boot.setAttribute('order', String(Number(boot.getAttribute('order') ?? 1) + by));
  }
}

function withFile(root: Element, file: string): Element[] {
  return childrenNamed(devicesOf(root), 'disk', null).filter((element) => disk.read(element).file === file);
}

function remove(element: Element): void {
  element.parentNode?.removeChild(element);
}

/** The first free name of the family, e.g. `vdb`. */
function freeTarget(root: Element, prefix: string): string {
  const taken = new Set(childrenNamed(devicesOf(root), 'disk', null).map((one) => disk.read(one).target));
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const free = letters.split('').find((letter) => !taken.has(`${prefix}${letter}`));
  return `${prefix}${free ?? 'zz'}`;
}

/** Bus of the disk that the guest has as its first. */
export function firstDiskBus(xml: string): string | undefined {
  const devices = find(parseXml(xml, 'domain'), ['devices']);
  const disks = devices ? childrenNamed(devices, 'disk', null).map(disk.read) : [];
  return disks.find((one) => one.device === undefined || one.device === 'disk')?.bus;
}

/**
 * The same domain, with one more disk, from which it boots. Every other device stays as and where it is. A domain that
 * has the disk already stays as it is.
 * @param targets how the guest names the disks of the bus, e.g. `vd`
 */
export function withRescueDisk(
  xml: string,
  values: Disk & { readonly file: string },
  targets: string,
): string {
  const root = parseXml(xml, 'domain');
  if (withFile(root, values.file).length > 0) return xml;
  const os = ensure(root, ['os']);
  const boots = childrenNamed(os, 'boot', null);
  const kept = boots.map((boot) => boot.getAttribute('dev') ?? '').join(' ');
  boots.forEach(remove);
  shift(root, 1);
  const metadata = ensure(root, ['metadata']);
  rescue.patch(append(metadata, rescue.name, rescue.namespace, rescue.prefix), { boot: kept });
  const added = append(devicesOf(root), 'disk', null, null);
  disk.patch(added, { ...values, target: freeTarget(root, targets), bootOrder: 1 });
  return toXml(root);
}

/** The domain as it was before `withRescueDisk`; one without the disk stays as it is. */
export function withoutRescueDisk(xml: string, file: string): string {
  const root = parseXml(xml, 'domain');
  const found = withFile(root, file);
  if (found.length === 0) return xml;
  found.forEach(remove);
  shift(root, -1);
  const metadata = ensure(root, ['metadata']);
  const marks = childrenNamed(metadata, rescue.name, rescue.namespace);
  const kept = marks[0] && rescue.read(marks[0]).boot;
  marks.forEach(remove);
  const os = ensure(root, ['os']);
  for (const device of kept?.split(' ') ?? []) {
    if (device !== '') append(os, 'boot', null, null).setAttribute('dev', device);
  }
  return toXml(root);
}
