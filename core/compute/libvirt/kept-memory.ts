import { ExpectedError, isExpected } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { AFFECT, DOMAIN_STATE, domain as procedures, METADATA } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import { INSTANCE_NAMESPACE, NOVA_NAMESPACE } from '../../libvirt/xml/domain/metadata.ts';
import type { Session } from './session.ts';

/** Milliseconds: all of the guest's memory is written to the host's disk, or read from it. */
const MEMORY_DEADLINE = 1_500_000;

/** What may be changed about a guest while it sleeps, in the order in which it is brought up to date: whose it is, last. */
const MARKS = [
  { type: METADATA.title, key: null, uri: null },
  { type: METADATA.element, key: NOVA_NAMESPACE.prefix, uri: NOVA_NAMESPACE.uri },
  { type: METADATA.element, key: INSTANCE_NAMESPACE.prefix, uri: INSTANCE_NAMESPACE.uri },
] as const;
type Mark = (typeof MARKS)[number];

export async function stateOf(session: Session, domain: DomainRef, options: CallOptions): Promise<number> {
  return (await session.connection.call(procedures.getState, { domain, flags: 0 }, options)).state;
}

export function wrongState(what: string): ExpectedError {
  return new ExpectedError('conflict', `The guest ${what}`, {
    remedy: 'It was changed outside Micronova. Look at its state, and try again.',
  });
}

async function isSaved(session: Session, domain: DomainRef, options: CallOptions): Promise<boolean> {
  const asked = { domain, flags: 0 };
  return (await session.connection.call(procedures.hasManagedSaveImage, asked, options)).result;
}

export async function suspend(session: Session, guestId: string, options: CallOptions): Promise<void> {
  const domain = await session.domain(guestId, options);
  if ((await stateOf(session, domain, options)) === DOMAIN_STATE.shutoff) {
    if (await isSaved(session, domain, options)) return;
    throw wrongState('is off: it has no memory to keep');
  }
  const limits = { ...options, deadline: MEMORY_DEADLINE };
  await session.connection.call(procedures.managedSave, { domain, flags: 0 }, limits);
}

async function markIn(
  session: Session,
  domain: DomainRef,
  { type, uri }: Mark,
  flags: number,
  options: CallOptions,
): Promise<string | null> {
  try {
    return (await session.connection.call(procedures.getMetadata, { domain, type, uri, flags }, options))
      .metadata;
  } catch (error) {
    // VIR_ERR_NO_DOMAIN_METADATA counts as not found, too
    if (isExpected(error, 'libvirt.not_found')) return null;
    throw error;
  }
}

/**
 * A guest wakes up with the marks that it fell asleep with; what was written into its definition meanwhile (a name, a
 * lock, another owner) has to be told to the running one.
 */
async function bringUpToDate(session: Session, domain: DomainRef, options: CallOptions): Promise<void> {
  for (const mark of MARKS) {
    const wanted = await markIn(session, domain, mark, AFFECT.config, options);
    if (wanted === null || wanted === (await markIn(session, domain, mark, AFFECT.live, options))) continue;
    const args = { domain, ...mark, metadata: wanted, flags: AFFECT.live };
    await session.connection.call(procedures.setMetadata, args, options);
  }
}

export async function resume(session: Session, guestId: string, options: CallOptions): Promise<void> {
  const domain = await session.domain(guestId, options);
  const { connection } = session;
  const state = await stateOf(session, domain, options);
  if (state === DOMAIN_STATE.shutoff) {
    const limits = { ...options, deadline: MEMORY_DEADLINE };
    await connection.call(procedures.createWithFlags, { domain, flags: 0 }, limits);
  } else if (state === DOMAIN_STATE.pmsuspended) {
    await connection.call(procedures.pmWakeup, { domain, flags: 0 }, options);
  } else if (state === DOMAIN_STATE.paused) {
    await connection.call(procedures.resume, { domain }, options);
  }
  await bringUpToDate(session, domain, options);
}
