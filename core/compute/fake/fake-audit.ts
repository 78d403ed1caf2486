import { ExpectedError } from '../../domain/errors.ts';
import { definedSize } from '../../libvirt/xml/definition.ts';
import {
  configDriveVolume,
  ephemeralVolume,
  imageVolume,
  ownerOfVolume,
  rescueVolume,
  rootVolume,
} from '../../volume/names.ts';
import type { AuditDriver, AuditKnown, HostAudit, StrayVolume } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';
import type { FakeDisks, FakeDomain, FakeHost } from './fake-host.ts';

const LONG_AGO = '1970-01-01T00:00:00.000Z';
/** bytes of every volume of a guest */
const SIZE = 1000;

/** A definition tells a guest's size only. */
const UNKNOWN_FLAVOR: FakeDomain['spec']['flavor'] = {
  id: 'restored',
  name: 'restored',
  vcpus: 1,
  ram: 1,
  disk: 0,
  ephemeral: 0,
  swap: 0,
  isPublic: false,
  description: null,
  extraSpecs: {},
};

/** The definition of a fake domain: what it was made with, and what somebody wrote into it. */
export function fakeDefinition({ spec, edits = '' }: FakeDomain): string {
  const { id, domainName, flavor } = spec;
  const size = `<memory unit='MiB'>${flavor.ram}</memory><vcpu>${flavor.vcpus}</vcpu>`;
  return `<domain type='qemu'><name>${domainName}</name><uuid>${id}</uuid>${size}${edits}</domain>`;
}

/** How a fake host is held against what we know. */
export function fakeAudit(at: FakeConnection): AuditDriver {
  const { host } = at;
  return {
    definition: (guestId, options) =>
      at.step('definition', options, () => fakeDefinition(host.domain(guestId))),
    restoreDefinition: (guestId, definition, options) =>
      at.change('restoreDefinition', guestId, options, () => restore(host, guestId, definition)),
    forgetGuest: (guestId, options) =>
      at.change('forgetGuest', guestId, options, () => forget(host, guestId)),
    audit: (known, options) => at.step('audit', options, () => audit(host, known)),
    removeStray: (name, before, options) =>
      at.step('removeStray', options, () => removeStray(host, name, before)),
    removeReservation: (mac, options) =>
      at.step('removeReservation', options, () => {
        for (const [id, held] of host.reservations) {
          if (held.mac.toLowerCase() !== mac.toLowerCase()) continue;
          if (host.domains.has(id)) throw inUse(`A guest on the host uses ${mac}`);
          host.reservations.delete(id);
        }
      }),
  };
}

function inUse(message: string): ExpectedError {
  return new ExpectedError('host.in_use', message, { remedy: 'Remove what uses it first.' });
}

function restore(host: FakeHost, guestId: string, definition: string): void {
  if (host.disks.get(guestId)?.root === undefined) {
    throw new ExpectedError(
      'libvirt.not_found',
      `Disks of the guest are not on the host: ${rootVolume(guestId)}`,
    );
  }
  const edits = /<\/vcpu>(.*)<\/domain>/s.exec(definition)?.[1] ?? '';
  const domainName = /<name>(.*)<\/name>/.exec(definition)?.[1] ?? guestId;
  const there = host.domains.get(guestId);
  const flavor = { ...(there?.spec.flavor ?? UNKNOWN_FLAVOR), ...definedSize(definition) };
  if (there === undefined) {
    const spec = { id: guestId, domainName, flavor };
    host.domains.set(guestId, {
      spec,
      powerState: 'SHUTDOWN',
      saved: false,
      rescue: false,
      passwords: new Map(),
      deaf: false,
      log: '',
      boots: 0,
      edits,
    });
  } else {
    there.spec = { ...there.spec, flavor };
    there.edits = edits;
  }
  host.lifecycle(guestId, 'defined');
}

function forget(host: FakeHost, guestId: string): void {
  const domain = host.domains.get(guestId);
  if (domain === undefined) return;
  if (domain.powerState !== 'SHUTDOWN') throw inUse(`The guest ${domain.spec.domainName} is not off`);
  host.drop(guestId);
}

function volumesOf(guestId: string, disks: FakeDisks): string[] {
  return [
    ...(disks.root === undefined ? [] : [rootVolume(guestId)]),
    ...(disks.rescue === undefined ? [] : [rescueVolume(guestId)]),
    ...(disks.extra ? [ephemeralVolume(guestId)] : []),
    ...(disks.configDrive ? [configDriveVolume(guestId)] : []),
  ];
}

function audit(host: FakeHost, known: AuditKnown): HostAudit {
  const changedAt = (id: string): string => host.changes.get(id) ?? LONG_AGO;
  const guests = [...host.disks].filter(([id]) => !known.guests.has(id));
  const images = [...host.images].filter(([id]) => !known.images.has(id));
  return {
    volumes: [
      ...guests.flatMap(([id, disks]) =>
        volumesOf(id, disks).map((name): StrayVolume => ({
          name,
          owner: { kind: 'guest', id },
          bytes: SIZE,
          changedAt: changedAt(id),
          inUse: false,
        })),
      ),
      ...images.map(([id, { size }]): StrayVolume => ({
        name: imageVolume(id, 'qcow2'),
        owner: { kind: 'image', id },
        bytes: size,
        changedAt: changedAt(id),
        inUse: isUsed(host, id),
      })),
    ],
    reservations: [...host.reservations.values()].map(({ mac, address }) => ({
      mac: mac.toLowerCase(),
      address,
    })),
  };
}

function isUsed(host: FakeHost, imageId: string): boolean {
  return [...host.disks.values()].some(({ root }) => root === imageId);
}

function removeStray(host: FakeHost, name: string, before: string): void {
  const owner = ownerOfVolume(name);
  if (owner === null) throw new ExpectedError('bad_input', `${name} is no volume of Micronova's`);
  const { kind, id } = owner;
  if ((host.changes.get(id) ?? LONG_AGO) > before) {
    throw new ExpectedError('conflict', `${name} was changed a short while ago`);
  }
  if (kind === 'image') {
    if (isUsed(host, id)) throw inUse(`Disks on the host still lie over image ${id}`);
    host.images.delete(id);
    return;
  }
  if (host.domains.has(id)) throw inUse(`There is a guest on the host whose volume ${name} is`);
  const disks = host.disks.get(id);
  if (disks === undefined) return;
  if (name === rootVolume(id)) delete disks.root;
  else if (name === ephemeralVolume(id)) delete disks.extra;
  else if (name === configDriveVolume(id)) delete disks.configDrive;
  if (volumesOf(id, disks).length === 0) host.disks.delete(id);
}
