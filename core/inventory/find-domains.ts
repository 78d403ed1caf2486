import type { GuestState } from '../compute/driver.ts';
import type { Instance } from '../contract/index.ts';
import { ownControlId } from '../identity/control.ts';
import type { Reader } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { getInstance, getInstanceRecord, listInstancesOn } from '../state/instances.ts';
import type { Found } from './findings.ts';
import type { KnownGuests } from './known-guests.ts';
import { isLost } from './sync-rules.ts';

export const DOMAIN_KINDS = ['missing_domain', 'doubled_domain', 'unknown_domain'] as const;

const isOff = ({ powerState }: GuestState): boolean => powerState === 'SHUTDOWN' || powerState === 'CRASHED';

interface Where {
  readonly hostId: string;
  readonly known: KnownGuests;
  /** of this Micronova: the domains of others are theirs */
  readonly ownId: string | null;
}

/** What the guests of one host, held against all rows and all other hosts, tell that is not as it should be. */
export function findDomains(reader: Reader, hostId: string, known: KnownGuests): Found[] {
  const where = { hostId, known, ownId: ownControlId(reader) };
  const guests = [...(known.of(hostId)?.values() ?? [])];
  const missing = listInstancesOn(reader, hostId)
    .filter((instance) => isMissing(instance, known.of(hostId)?.has(instance.id) ?? false))
    .map((instance) => missingDomain(reader, instance, known));
  return [...missing, ...guests.flatMap((guest) => strange(reader, guest, where) ?? [])];
}

function isMissing(instance: Instance, isThere: boolean): boolean {
  if (isThere || instance.taskState !== null || instance.takenOver !== null) return false;
  return isLost(instance) || instance.vmState === 'rescued' || instance.vmState === 'soft-delete';
}

function nameOf(reader: Reader, hostId: string): string {
  return getHost(reader, hostId)?.name ?? hostId;
}

function missingDomain(reader: Reader, { id, name, hostId }: Instance, known: KnownGuests): Found {
  const others = known.hostsOf(id).filter((other) => other !== hostId);
  const elsewhere = others.map((other) => `“${nameOf(reader, other)}”`).join(', ');
  const canRestore = getInstanceRecord(reader, id)?.definitionXml !== null;
  const found = { kind: 'missing_domain', key: id, instanceId: id, subject: name } as const;
  // Whatever is done here would be done to the disks of the guest that is there.
  if (others.length > 0) {
    const detail = `The instance has no domain on its host any more: a domain with its UUID is on ${elsewhere}. Move it back on the hosts.`;
    return { ...found, detail, resolutions: [] };
  }
  const detail = canRestore
    ? 'The instance has no domain on its host any more. It can be defined again as it was last, if its disks are still there.'
    : 'The instance has no domain on its host any more, and how it was defined is not known.';
  return { ...found, detail, resolutions: canRestore ? ['restore_ours', 'remove'] : ['remove'] };
}

/** A guest that is not its host's own instance, and bears an instance's UUID or our mark all the same. */
function strange(reader: Reader, guest: GuestState, { hostId, known, ownId }: Where): Found | null {
  const instance = getInstance(reader, guest.uuid);
  const isOurs = guest.owner !== null && guest.owner.controlId === ownId;
  if (instance === undefined) return isOurs ? unknownDomain(guest) : null;
  // What is in another's hands, or a copy of it, is the other's.
  if (instance.takenOver !== null || (guest.owner !== null && !isOurs)) return null;
  if (instance.hostId === null || instance.hostId === hostId || instance.taskState !== null) return null;
  const isHome = known.of(instance.hostId)?.has(guest.uuid) ?? false;
  return isHome
    ? doubledDomain(reader, hostId, guest, instance)
    : strayedDomain(reader, hostId, guest, instance);
}

function unknownDomain(guest: GuestState): Found {
  return {
    kind: 'unknown_domain',
    key: guest.uuid,
    instanceId: null,
    subject: guest.domainName,
    detail: isOff(guest)
      ? 'The domain says that this Micronova made it, and no instance answers to it. When it is removed its disks stay.'
      : 'The domain says that this Micronova made it, and no instance answers to it. It is not off, so it can be adopted only.',
    resolutions: isOff(guest) ? ['adopt', 'remove'] : ['adopt'],
  };
}

function doubledDomain(reader: Reader, hostId: string, guest: GuestState, instance: Instance): Found {
  const [here, there] = [hostId, instance.hostId ?? ''].map((id) => `“${nameOf(reader, id)}”`);
  const detail = `The domain of “${instance.name}” is on ${there}, and a second one with its UUID on ${here}.`;
  const rest = isOff(guest)
    ? ` The one on ${here} is off: it can be undefined there, and its disks stay.`
    : ` The one on ${here} is not off: shut down on the host the one that is not wanted.`;
  return {
    kind: 'doubled_domain',
    key: guest.uuid,
    instanceId: guest.uuid,
    subject: guest.domainName,
    detail: detail + rest,
    resolutions: isOff(guest) ? ['remove'] : [],
  };
}

/** Its own host has it not, or cannot be asked: it may be all that there is of the instance. */
function strayedDomain(reader: Reader, hostId: string, guest: GuestState, instance: Instance): Found {
  const [here, there] = [hostId, instance.hostId ?? ''].map((id) => `“${nameOf(reader, id)}”`);
  return {
    kind: 'doubled_domain',
    key: guest.uuid,
    instanceId: guest.uuid,
    subject: guest.domainName,
    detail: `A domain with the UUID of “${instance.name}”, whose host is ${there}, is on ${here}. ${there} has none, or is not connected: nothing is done about this one.`,
    resolutions: [],
  };
}
