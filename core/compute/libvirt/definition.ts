import { isExpected } from '../../domain/errors.ts';
import { isVirError, VIR_ERR } from '../../libvirt/errors.ts';
import { domain as procedures, UNDEFINE } from '../../libvirt/protocol/domain.ts';
import { createConsoleLog } from '../../volume/guest-volumes.ts';
import { randomPassword } from '../../console/display.ts';
import type { GuestSpec, StepOptions } from '../driver.ts';
import type { Platform } from './facts.ts';
import { markOf } from './fence.ts';
import type { DisplayMode } from './guest-host.ts';
import { guestXml } from './guest-xml.ts';
import type { Session } from './session.ts';

/** Everything that libvirt keeps about a guest beside its definition. */
const WITH_ALL = UNDEFINE.managedSave | UNDEFINE.snapshotsMetadata | UNDEFINE.nvram;

/**
 * The folder of a display's UNIX socket lets in nobody but root, or, for an account's own libvirt, that account. Any
 * other account reaches a display only over TCP.
 */
function displayFor(session: Session): DisplayMode {
  const mayEnter = session.isUserSession || session.link.user === 'root';
  return mayEnter ? { kind: 'socket' } : { kind: 'tcp', password: randomPassword() };
}

/** Asked again, it replaces the definition by the same one. */
export async function defineGuest(
  session: Session,
  platform: Platform,
  guest: GuestSpec,
  options: StepOptions,
): Promise<void> {
  // One that another Micronova has taken over must not be replaced.
  await session.findDomain(guest.id, options);
  const pool = await session.pool(options);
  const xml = guestXml(guest, {
    virtType: platform.virtType,
    arch: platform.arch,
    poolPath: pool.path,
    network: session.network,
    display: displayFor(session),
  });
  await createConsoleLog(pool, guest.id, options);
  await session.connection.call(procedures.defineXmlFlags, { xml, flags: 0 }, options);
}

export async function undefineGuest(session: Session, guestId: string, options: StepOptions): Promise<void> {
  const domain = await session.findDomain(guestId, options);
  if (!domain) return;
  // What an adopted guest brought along is not ours to remove, its firmware's variables included.
  const mark = await markOf(session.connection, domain, options).catch((error: unknown) => {
    if (isExpected(error, 'libvirt.not_found')) return null;
    throw error;
  });
  const isAdopted = mark?.description?.origin === 'adopted';
  const withAll = isAdopted ? (WITH_ALL & ~UNDEFINE.nvram) | UNDEFINE.keepNvram : WITH_ALL;
  const undefine = (flags: number) =>
    session.connection.call(procedures.undefineFlags, { domain, flags }, options);
  try {
    await undefine(withAll | UNDEFINE.checkpointsMetadata);
  } catch (error) {
    if (isVirError(error, VIR_ERR.noDomain)) return;
    // libvirt before 5.6 knows no checkpoints
    if (!isExpected(error, 'libvirt.unsupported', 'libvirt.error', 'bad_input')) throw error;
    await undefine(withAll);
  }
}
