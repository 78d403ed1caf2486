import { domain as procedures, START } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import { firstDiskBus, withoutRescueDisk, withRescueDisk } from '../../libvirt/xml/domain/rescue.ts';
import { createRescueDisk, removeOwnDisks } from '../../volume/guest-volumes.ts';
import { rescueVolume } from '../../volume/names.ts';
import type { StoragePool } from '../../volume/pool.ts';
import type { DiskActions, ImageSource, StepOptions } from '../driver.ts';
import { choiceSpec } from './extra-specs.ts';
import { BUSES, type Bus, TARGETS } from './guest-disks.ts';
import type { Power } from './power.ts';
import type { Session } from './session.ts';

/** VIR_DOMAIN_XML_SECURE, VIR_DOMAIN_XML_INACTIVE: as it is defined, with its display's password */
const WHOLE_DEFINITION = 1 | 2;

/** Defines the guest anew with its definition changed; nothing happens where the change changes nothing. */
async function redefine(
  session: Session,
  domain: DomainRef,
  change: (xml: string) => string,
  options: StepOptions,
): Promise<void> {
  const asked = { domain, flags: WHOLE_DEFINITION };
  const { xml } = await session.connection.call(procedures.getXmlDesc, asked, options);
  const changed = change(xml);
  if (changed === xml) return;
  await session.connection.call(procedures.defineXmlFlags, { xml: changed, flags: 0 }, options);
}

/** `hw_rescue_bus` of the image, or the bus that the guest boots from anyway. nova: stable device rescue */
function busOf(image: ImageSource, xml: string): Bus {
  const asked = choiceSpec(image.properties, 'hw_rescue_bus', BUSES);
  const own = BUSES.find((bus) => bus === firstDiskBus(xml));
  return asked ?? own ?? 'virtio';
}

async function attachRescueDisk(
  session: Session,
  guestId: string,
  image: ImageSource,
  options: StepOptions,
): Promise<void> {
  const domain = await session.domain(guestId, options);
  const pool = await session.pool(options);
  const file = `${pool.path}/${rescueVolume(guestId)}`;
  const change = (xml: string): string => {
    const bus = busOf(image, xml);
    const disk = {
      type: 'file',
      device: 'disk',
      driver: 'qemu',
      format: 'qcow2',
      discard: 'unmap',
      file,
      bus,
    };
    return withRescueDisk(xml, disk, TARGETS[bus]);
  };
  await redefine(session, domain, change, options);
}

async function detachRescueDisk(session: Session, guestId: string, options: StepOptions): Promise<void> {
  const domain = await session.findDomain(guestId, options);
  if (domain === null) return;
  const file = `${(await session.pool(options)).path}/${rescueVolume(guestId)}`;
  await redefine(session, domain, (xml) => withoutRescueDisk(xml, file), options);
}

/** Other disks for a guest that is there. nova/virt/libvirt/driver.py `rescue`, `unrescue` */
export function diskActions(session: Session, power: Power): DiskActions {
  /** Another's guest keeps its disks, too. */
  const poolFor = async (guestId: string, options: StepOptions): Promise<StoragePool> => {
    await session.findDomain(guestId, options);
    return session.pool(options);
  };
  return {
    createRescueDisk: async (guestId, image, o) =>
      createRescueDisk(await poolFor(guestId, o), guestId, image, o),
    removeRescueDisk: async (guestId, o) => (await poolFor(guestId, o)).remove(rescueVolume(guestId), o),
    attachRescueDisk: (guestId, image, o) => attachRescueDisk(session, guestId, image, o),
    detachRescueDisk: (guestId, o) => detachRescueDisk(session, guestId, o),
    boot: (guestId, o) => power.start(guestId, o, START.forceBoot),
    removeOwnDisks: async (guestId, o) => removeOwnDisks(await poolFor(guestId, o), guestId, o),
  };
}
