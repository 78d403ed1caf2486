import { readConsoleLog } from '../../console/console-log.ts';
import { Displays } from '../../console/display.ts';
import { openSerial } from '../../console/serial.ts';
import { hasHostCopy, makeHostCopy, removeHostCopy } from '../../image/host-copy.ts';
import { domain as procedures } from '../../libvirt/protocol/domain.ts';
import { prepareNetwork } from '../../network/host-network.ts';
import { releaseAddress, reserveAddress } from '../../network/reservations.ts';
import type { Link } from '../../transport/dialer.ts';
import {
  createEphemeralDisk,
  createRootDisk,
  createSwapDisk,
  removeGuestVolumes,
  writeConfigDrive,
} from '../../volume/guest-volumes.ts';
import { preparePool } from '../../volume/prepare-pool.ts';
import { ALL_CAPABILITIES } from '../capabilities.ts';
import type { ComputeDriver } from '../driver.ts';
import { auditSteps } from './audit.ts';
import { defineGuest, undefineGuest } from './definition.ts';
import { evacuationSteps } from './evacuation.ts';
import { DriverEvents } from './events.ts';
import { readFacts, readPlatform } from './facts.ts';
import { diskActions } from './disk-actions.ts';
import { Guests } from './guests.ts';
import { InTurn } from './in-turn.ts';
import { liveActions } from './live-actions.ts';
import { libvirtOwnership } from './ownership.ts';
import { Power } from './power.ts';
import { Session, type LibvirtDriverOptions } from './session.ts';

export type { LibvirtDriverOptions };

/**
 * A host's libvirt as a compute driver. The link belongs to the driver from then on and is closed with it, also when
 * this fails.
 */
export async function createLibvirtDriver(link: Link, options: LibvirtDriverOptions): Promise<ComputeDriver> {
  try {
    const session = await Session.open(link, options);
    return await compose(session, options.signal ?? new AbortController().signal);
  } catch (error) {
    link.close();
    throw error;
  }
}

async function compose(session: Session, signal: AbortSignal): Promise<ComputeDriver> {
  const { connection, link } = session;
  const [platform, events] = await Promise.all([
    readPlatform(session, { signal }),
    DriverEvents.listen(session),
  ]);
  const guests = new Guests(session);
  events.on((event) => event.type === 'lifecycle' && guests.forget(event.uuid));
  const displays = new Displays(link, connection);
  const power = new Power(session, events);
  const uploads = new InTurn();

  const closed = Promise.race([connection.closed, link.closed]);
  const end = async (): Promise<void> => {
    displays[Symbol.dispose]();
    await connection.close();
    link.close();
  };
  void closed.then(end);

  return {
    capabilities: ALL_CAPABILITIES,
    closed,
    close: end,
    onEvent: (listener) => events.on(listener),

    ...liveActions(session),
    ...diskActions(session, power),
    ...auditSteps(session),

    facts: (o) => readFacts(session, platform, o),
    prepareHost: async (o) => {
      await preparePool(connection, session.options.pool, session.usualPoolPath, o);
      if (session.network !== null) await prepareNetwork(connection, session.network, o);
    },

    hasImage: async (image, o) => hasHostCopy(await session.pool(o), image, o),
    uploadImage: (image, o) =>
      uploads.run(image.id, async () => {
        await using transfers = await session.openConnection(o.signal);
        await makeHostCopy(transfers, await session.pool(o), image, o);
      }),
    removeImage: async (imageId, o) => removeHostCopy(await session.pool(o), imageId, o),

    createRootDisk: async ({ id, flavor, image }, o) =>
      createRootDisk(await session.pool(o), { id, disk: flavor.disk, image }, o),
    createExtraDisks: async ({ id, flavor }, o) => {
      const pool = await session.pool(o);
      await createEphemeralDisk(pool, id, flavor.ephemeral, o);
      await createSwapDisk(connection, pool, id, flavor.swap, o);
    },
    writeConfigDrive: async (guest, _addresses, o) =>
      writeConfigDrive(connection, await session.pool(o), guest, o),
    removeDisks: async (guestId, o) => {
      // A domain that still is there may be another's by now, and its disks with it.
      await session.findDomain(guestId, o);
      await removeGuestVolumes(await session.pool(o), guestId, o);
    },

    reserveAddress: async ({ mac }, o) => {
      const { network } = session;
      if (network === null) return [];
      return [{ network, mac, version: 4, address: await reserveAddress(connection, network, mac, o) }];
    },
    releaseAddress: async (guestId, mac, o) => {
      await session.findDomain(guestId, o);
      if (session.network !== null) await releaseAddress(connection, session.network, mac, o);
    },

    ...evacuationSteps(session),

    define: (guest, o) => defineGuest(session, platform, guest, o),
    undefine: (guestId, o) => undefineGuest(session, guestId, o),
    start: (guestId, o) => power.start(guestId, o),
    stop: (guestId, timeout, o) => power.stop(guestId, timeout, o),
    destroy: (guestId, o) => power.destroy(guestId, o),
    softReboot: (guestId, timeout, o) => power.softReboot(guestId, timeout, o),
    hardReboot: (guestId, o) => power.hardReboot(guestId, o),

    ...libvirtOwnership(session),
    listGuests: (o) => guests.list(o),
    domainXml: async (guestId, o) => {
      const domain = await session.domain(guestId, o);
      return (await connection.call(procedures.getXmlDesc, { domain, flags: 0 }, o)).xml;
    },
    consoleLog: async (guestId, offset, o) =>
      readConsoleLog(connection, await session.pool(o), guestId, offset, o),
    openSerial: async (guestId, o) => {
      const domain = await session.domain(guestId, o);
      const own = await session.openConnection(o.signal);
      return openSerial(own, domain, o);
    },
    openDisplay: async (guestId, o) => displays.open(await session.domain(guestId, o), o),
  };
}
