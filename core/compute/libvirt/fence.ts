import type { ControlId } from '../../domain/control.ts';
import { isExpected } from '../../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../../libvirt/connection.ts';
import { isVirError } from '../../libvirt/errors.ts';
import { domain as procedures, METADATA } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import { INSTANCE_NAMESPACE } from '../../libvirt/xml/domain/metadata.ts';
import { takenOver } from '../mark.ts';
import { type ReadMark, readMark } from './mark-xml.ts';

/** VIR_ERR_NO_DOMAIN_METADATA */
const NO_METADATA = 80;

/** One element of a domain's metadata, of the running domain where it runs; null where there is none. */
export async function metadataElement(
  connection: LibvirtConnection,
  domain: DomainRef,
  uri: string,
  options: CallOptions,
): Promise<string | null> {
  try {
    const args = { domain, type: METADATA.element, uri, flags: 0 };
    return (await connection.call(procedures.getMetadata, args, options)).metadata;
  } catch (error) {
    if (isVirError(error, NO_METADATA)) return null;
    throw error;
  }
}

/** @returns null when it carries none */
export async function markOf(
  connection: LibvirtConnection,
  domain: DomainRef,
  options: CallOptions,
): Promise<ReadMark | null> {
  const xml = await metadataElement(connection, domain, INSTANCE_NAMESPACE.uri, options);
  return xml === null ? null : readMark(xml, domain);
}

/**
 * The fence before every step that changes a domain: one call. What carries no mark, or one that cannot be believed,
 * lost ours when somebody edited its definition. libvirt knows no compare-and-swap, so a takeover that falls between
 * this look and the step itself is not seen before the next one.
 * @throws ExpectedError `instance.taken_over`
 */
export async function refuseAnothers(
  connection: LibvirtConnection,
  domain: DomainRef,
  control: ControlId,
  options: CallOptions,
): Promise<void> {
  const mark = await markOf(connection, domain, options).catch((error: unknown) => {
    // It went away just now: the step finds that out by itself.
    if (isExpected(error, 'libvirt.not_found')) return null;
    throw error;
  });
  const holder = mark?.description?.control;
  if (holder !== undefined && holder.id !== control.id) throw takenOver(domain.name, holder);
}
