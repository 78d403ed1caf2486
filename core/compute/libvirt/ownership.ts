import { ExpectedError, isExpected } from '../../domain/errors.ts';
import { downloadHostCopy } from '../../image/download.ts';
import { isVirError, VIR_ERR } from '../../libvirt/errors.ts';
import { AFFECT, domain as procedures, METADATA } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import {
  INSTANCE_NAMESPACE,
  bareInstanceMetadata,
  NOVA_NAMESPACE,
  bareNovaMetadata,
} from '../../libvirt/xml/domain/metadata.ts';
import { buildXml } from '../../libvirt/xml/mapper.ts';
import type { StepOptions } from '../driver.ts';
import { type GuestDescription, takenOver } from '../mark.ts';
import { guestGone, type OwnershipDriver } from '../ownership.ts';
import { markOf } from './fence.ts';
import { findGuest } from './found-guest.ts';
import { metadataOf, novaMetadataOf } from './mark-xml.ts';
import type { Session } from './session.ts';

/** virDomainXMLFlags: as it is defined, with what is secret in it, so that defining it again loses nothing */
const AS_DEFINED = 1 | 2;
/** How libvirt prints it; nothing that a person wrote can look like that, as it is escaped. */
const NOTHING_LEFT = /\n {2}<metadata\/>\n/;

interface Part {
  readonly type: number;
  readonly key: string | null;
  readonly uri: string | null;
  /** null takes it off */
  readonly metadata: string | null;
}

function element(namespace: { uri: string; prefix: string }, metadata: string | null): Part {
  return { type: METADATA.element, key: namespace.prefix, uri: namespace.uri, metadata };
}

/** Whose a domain is: our element, Nova's beside it, and the title. */
class Marks {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Into the running domain, where it runs, and into the definition. */
  async #write(domain: DomainRef, part: Part, options: StepOptions): Promise<void> {
    const { connection } = this.#session;
    // Whether it runs may change between the question and the call; then the question is asked again.
    for (let attempt = 1; ; attempt += 1) {
      const { active } = await connection.call(procedures.isActive, { domain }, options);
      const { persistent } = await connection.call(procedures.isPersistent, { domain }, options);
      const flags = (active ? AFFECT.live : 0) | (persistent ? AFFECT.config : 0);
      try {
        await connection.call(procedures.setMetadata, { domain, ...part, flags }, options);
        return;
      } catch (error) {
        if (attempt === 3 || !isVirError(error, VIR_ERR.operationInvalid)) throw error;
      }
    }
  }

  async write(domain: DomainRef, guest: GuestDescription, options: StepOptions): Promise<void> {
    const nova = buildXml(bareNovaMetadata, novaMetadataOf(guest));
    // Ours comes last: whoever is cut off before it has not taken anything.
    await this.#write(domain, element(NOVA_NAMESPACE, nova), options);
    const ours = buildXml(bareInstanceMetadata, metadataOf(guest));
    await this.#write(domain, element(INSTANCE_NAMESPACE, ours), options);
  }

  async title(domain: DomainRef, title: string | null, options: StepOptions): Promise<void> {
    await this.#write(domain, { type: METADATA.title, key: null, uri: null, metadata: title }, options);
  }

  async remove(domain: DomainRef, options: StepOptions): Promise<void> {
    for (const namespace of [INSTANCE_NAMESPACE, NOVA_NAMESPACE]) {
      try {
        await this.#write(domain, element(namespace, null), options);
      } catch (error) {
        // VIR_ERR_NO_DOMAIN_METADATA counts as not found, too
        if (!isExpected(error, 'libvirt.not_found')) throw error;
      }
    }
    await this.#tidy(domain, options);
  }

  /**
   * libvirt leaves the empty element that our marks stood in. It goes from the definition here; from a running domain it
   * goes when that is next off, as nothing can take it from there.
   */
  async #tidy(domain: DomainRef, options: StepOptions): Promise<void> {
    const { connection } = this.#session;
    const { persistent } = await connection.call(procedures.isPersistent, { domain }, options);
    if (!persistent) return;
    const { xml } = await connection.call(procedures.getXmlDesc, { domain, flags: AS_DEFINED }, options);
    const tidied = xml.replace(NOTHING_LEFT, '\n');
    if (tidied === xml) return;
    await connection.call(procedures.defineXmlFlags, { xml: tidied, flags: 0 }, options);
  }

  async read(domain: DomainRef, options: StepOptions) {
    return (await markOf(this.#session.connection, domain, options))?.description?.control ?? null;
  }
}

async function ignoringGone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isExpected(error, 'libvirt.not_found')) throw error;
  }
}

/** Whose the guests are. */
export function libvirtOwnership(session: Session): OwnershipDriver {
  const marks = new Marks(session);
  const describe = async (guest: GuestDescription, options: StepOptions): Promise<void> => {
    const domain = await session.findDomain(guest.id, options);
    if (domain === null) return;
    await marks.write(domain, guest, options);
    if (guest.origin === 'launched') await marks.title(domain, guest.name, options);
  };
  const drop = async (guest: GuestDescription, options: StepOptions): Promise<void> => {
    const domain = await session.findDomain(guest.id, options);
    if (domain === null) return;
    if (guest.origin === 'launched') await marks.title(domain, null, options);
    await marks.remove(domain, options);
  };
  return {
    describe: (guest, options) => ignoringGone(describe(guest, options)),
    dropOwnership: (guest, options) => ignoringGone(drop(guest, options)),

    async takeOwnership(guest, expected, options) {
      const domain = await session.lookUp(guest.id, options);
      if (domain === null) throw guestGone(guest.id);
      const before = await marks.read(domain, options);
      if (before !== null && before.id !== guest.control.id) {
        const asExpected = before.id === expected?.controlId && before.generation === expected.generation;
        if (!asExpected) throw takenOver(domain.name, before);
      }
      await marks.write(domain, guest, options);
      // libvirt knows no compare-and-swap: between the first look and the writing another one may have written.
      const after = await marks.read(domain, options);
      if (after !== null && after.id !== guest.control.id) throw takenOver(domain.name, after);
      if (after === null) throw new ExpectedError('conflict', `The mark of ${domain.name} did not stay`);
    },

    findGuest: (uuid, options) => findGuest(session, uuid, options),

    async downloadImage(image, file, options) {
      await using transfers = await session.openConnection(options.signal);
      await downloadHostCopy(transfers, await session.pool(options), image, file, options);
    },
  };
}
