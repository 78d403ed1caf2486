import { randomPassword } from '../../console/display.ts';
import { removeHostCopy } from '../../image/host-copy.ts';
import { ExpectedError, isExpected } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../../libvirt/errors.ts';
import { connect } from '../../libvirt/protocol/connect.ts';
import { domain as procedures, DOMAIN_STATE } from '../../libvirt/protocol/domain.ts';
import { storageVolume } from '../../libvirt/protocol/storage.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import { diskFiles, withMarksOf, withPasswords } from '../../libvirt/xml/definition.ts';
import { listReservations, releaseAddress } from '../../network/reservations.ts';
import { createConsoleLog } from '../../volume/guest-volumes.ts';
import { ownerOfVolume, type VolumeOwner } from '../../volume/names.ts';
import type { StoragePool, VolumeFacts } from '../../volume/pool.ts';
import type { AuditDriver, AuditKnown, HostAudit, StepOptions, StrayVolume } from '../driver.ts';
import { undefineGuest } from './definition.ts';
import type { Session } from './session.ts';

/** virDomainXMLFlags */
const INACTIVE = 2;

/** Looking is never in the way of what a person asked for. */
const LANE = 'inventory';

export function auditSteps(session: Session): AuditDriver {
  return {
    definition: async (guestId, o) => {
      const options = { ...o, lane: LANE };
      const domain = await session.lookUp(guestId, options);
      if (domain === null) throw new ExpectedError('libvirt.not_found', `The host has no guest ${guestId}`);
      return xmlOf(session, domain, INACTIVE, options);
    },
    restoreDefinition: (guestId, definition, o) => restore(session, guestId, definition, o),
    forgetGuest: (guestId, o) => forget(session, guestId, o),
    audit: (known, o) => audit(session, known, { ...o, lane: LANE }),
    removeStray: (name, before, o) => removeStray(session, name, before, o),
    removeReservation: async (mac, o) => {
      if (session.network === null) return;
      await refuseUsed(session, mac, [mac.toLowerCase()], o);
      await releaseAddress(session.connection, session.network, mac, o);
    },
  };
}

async function xmlOf(
  session: Session,
  domain: DomainRef,
  flags: number,
  options: CallOptions,
): Promise<string> {
  return (await session.connection.call(procedures.getXmlDesc, { domain, flags }, options)).xml;
}

async function restore(
  session: Session,
  guestId: string,
  definition: string,
  options: StepOptions,
): Promise<void> {
  await refuseWithoutDisks(session, definition, options);
  const there = await session.findDomain(guestId, options);
  const marked =
    there === null ? definition : withMarksOf(definition, await xmlOf(session, there, INACTIVE, options));
  await createConsoleLog(await session.pool(options), guestId, options);
  const xml = withPasswords(marked, randomPassword);
  await session.connection.call(procedures.defineXmlFlags, { xml, flags: 0 }, options);
}

async function refuseWithoutDisks(session: Session, definition: string, options: StepOptions): Promise<void> {
  // Files that came back by other ways than libvirt are found only then.
  await (await session.pool(options)).refresh(options);
  const gone: string[] = [];
  for (const path of diskFiles(definition)) if (!(await isVolume(session, path, options))) gone.push(path);
  if (gone.length === 0) return;
  throw new ExpectedError(
    'libvirt.not_found',
    `Disks of the guest are not on the host any more: ${gone.join(', ')}`,
    { remedy: 'Put them back where they were, or delete the instance.', details: { gone } },
  );
}

async function isVolume(session: Session, path: string, options: StepOptions): Promise<boolean> {
  try {
    await session.connection.call(storageVolume.lookupByPath, { path }, options);
    return true;
  } catch (error) {
    if (isVirError(error, VIR_ERR.noStorageVol)) return false;
    throw error;
  }
}

async function forget(session: Session, guestId: string, options: StepOptions): Promise<void> {
  const domain = await session.findDomain(guestId, options);
  if (domain === null) return;
  const { state } = await session.connection.call(procedures.getState, { domain, flags: 0 }, options);
  if (state !== DOMAIN_STATE.shutoff && state !== DOMAIN_STATE.crashed) {
    throw new ExpectedError('host.in_use', `The guest ${domain.name} is not off`, {
      remedy: 'Shut it down on the host first.',
    });
  }
  await undefineGuest(session, guestId, options);
}

async function audit(session: Session, known: AuditKnown, options: CallOptions): Promise<HostAudit> {
  const pool = await session.pool(options);
  const isStray = ({ kind, id }: VolumeOwner): boolean =>
    kind === 'guest' ? !known.guests.has(id) : !known.images.has(id);
  const strays = await pool.describe((name) => {
    const owner = ownerOfVolume(name);
    return owner !== null && isStray(owner);
  }, options);
  const volumes = strays.flatMap((facts) => strayOf(facts) ?? []);
  const { network, connection } = session;
  return {
    volumes: await withUsers(pool, volumes, options),
    reservations: network === null ? [] : await listReservations(connection, network, options),
  };
}

function strayOf({ name, bytes, changedAt }: VolumeFacts): StrayVolume | null {
  const owner = ownerOfVolume(name);
  return owner && { name, owner, bytes, changedAt: changedAt?.toISOString() ?? null, inUse: false };
}

/** Copies of images may have disks over them; which, only our own disks are asked. */
async function withUsers(
  pool: StoragePool,
  volumes: StrayVolume[],
  options: CallOptions,
): Promise<StrayVolume[]> {
  if (volumes.every(({ owner }) => owner.kind === 'guest')) return volumes;
  const disks = await pool.describe((name) => ownerOfVolume(name)?.kind === 'guest', options);
  const backings = new Set(disks.flatMap(({ backing }) => backing ?? []));
  const used = new Set(
    volumes.filter(({ name }) => backings.has(`${pool.path}/${name}`)).map(({ owner }) => owner.id),
  );
  return volumes.map((stray) => ({
    ...stray,
    inUse: stray.owner.kind === 'image' && used.has(stray.owner.id),
  }));
}

/** Everything is asked again: what a person saw may be minutes old. */
async function removeStray(
  session: Session,
  name: string,
  before: string,
  options: StepOptions,
): Promise<void> {
  const owner = ownerOfVolume(name);
  if (owner === null) throw new ExpectedError('bad_input', `${name} is no volume of Micronova's`);
  const pool = await session.pool(options);
  const belongs = (candidate: string): boolean =>
    owner.kind === 'guest' ? candidate === name : ownerOfVolume(candidate)?.id === owner.id;
  const volumes = await pool.describe(belongs, options);
  for (const facts of volumes) refuseYounger(facts, before);
  if (owner.kind === 'guest' && (await session.lookUp(owner.id, options)) !== null) {
    throw new ExpectedError('host.in_use', `There is a guest on the host whose volume ${name} is`, {
      remedy: 'Remove the guest first.',
    });
  }
  const paths = volumes.map(({ path }) => path.toLowerCase());
  await refuseUsed(session, name, paths, options);
  if (owner.kind === 'image') return removeHostCopy(pool, owner.id, options);
  const overlays = await pool.laidOver(name, options);
  if (overlays.length > 0) {
    throw new ExpectedError('host.in_use', `Volumes on the host lie over ${name}: ${overlays.join(', ')}`, {
      remedy: 'Remove them first.',
    });
  }
  await pool.remove(name, options);
}

function refuseYounger({ name, changedAt }: VolumeFacts, before: string): void {
  if (changedAt !== null && changedAt.toISOString() <= before) return;
  throw new ExpectedError(
    'conflict',
    `${name} was changed a short while ago: somebody may be at work with it`,
    {
      remedy: 'Wait an hour, and look again.',
    },
  );
}

/** @throws ExpectedError `host.in_use` when the XML of any domain, as it runs or as it is defined, holds such a text */
async function refuseUsed(
  session: Session,
  what: string,
  texts: readonly string[],
  options: StepOptions,
): Promise<void> {
  const { domains } = await session.connection.call(
    connect.listAllDomains,
    { needResults: 1, flags: 0 },
    options,
  );
  for (const domain of domains) {
    const xml = await allXmlOf(session, domain, options);
    if (!texts.some((text) => xml.includes(text))) continue;
    throw new ExpectedError('host.in_use', `The guest ${domain.name} on the host uses ${what}`, {
      remedy: 'Take it out of that guest’s definition, or remove the guest first.',
    });
  }
}

async function allXmlOf(session: Session, domain: DomainRef, options: StepOptions): Promise<string> {
  try {
    const sides = [0, INACTIVE].map((flags) => xmlOf(session, domain, flags, options));
    return (await Promise.all(sides)).join('').toLowerCase();
  } catch (error) {
    if (isExpected(error, 'libvirt.not_found')) return '';
    throw error;
  }
}
