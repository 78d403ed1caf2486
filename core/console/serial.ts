import type { Duplex } from 'node:stream';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { CONSOLE, domain as procedures } from '../libvirt/protocol/domain.ts';
import type { DomainRef } from '../libvirt/protocol/types.ts';

/**
 * The guest's first serial port as a byte pipe. Who opens it takes it over from whoever had it: a person must never be
 * locked out by a session that was forgotten somewhere.
 * @param own a connection that serves this console alone and is closed with it: libvirt cannot slow down one stream,
 * so a guest that writes faster than somebody reads would hold up everything else on a shared one
 */
export async function openSerial(
  own: LibvirtConnection,
  domain: DomainRef,
  options: CallOptions,
): Promise<Duplex> {
  const args = { domain, device: null, flags: CONSOLE.force };
  const { stream } = await own.openStream(procedures.openConsole, args, { ...options, overflow: 'pause' });
  stream.once('close', () => void own.close());
  return stream;
}
