import type { Duplex } from 'node:stream';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../libvirt/errors.ts';
import { CONSOLE, domain as procedures } from '../libvirt/protocol/domain.ts';
import type { DomainRef } from '../libvirt/protocol/types.ts';

/**
 * The guest's first serial port as a byte pipe. Who opens it takes it over from whoever had it: a person must never be
 * locked out by a session that was forgotten somewhere.
 * @throws ExpectedError `instance.no_console`
 * @param own a connection that serves this console alone and is closed with it: libvirt cannot slow down one stream,
 * so a guest that writes faster than somebody reads would hold up everything else on a shared one
 */
export async function openSerial(
  own: LibvirtConnection,
  domain: DomainRef,
  options: CallOptions,
): Promise<Duplex> {
  const args = { domain, device: null, flags: CONSOLE.force };
  try {
    const { stream } = await own.openStream(procedures.openConsole, args, { ...options, overflow: 'pause' });
    stream.once('close', () => void own.close());
    return stream;
  } catch (error) {
    await own.close();
    if (isExpected(error) && NONE.test(error.message)) throw undefinedConsole(domain, error);
    throw isVirError(error, VIR_ERR.operationInvalid) ? noConsole(domain, error) : error;
  }
}

/** libvirt's words where the domain has no serial port, or one that is no terminal: it may be an adopted one. */
const NONE = /cannot find character device|is not using a PTY/i;

function undefinedConsole(domain: DomainRef, cause: Error): ExpectedError {
  return new ExpectedError('instance.no_console', `The domain ${domain.name} has no serial console defined`, {
    remedy: "Add <serial type='pty'/> to its definition on the host, and restart it.",
    cause,
  });
}

function noConsole(domain: DomainRef, cause: Error): ExpectedError {
  return new ExpectedError('instance.no_console', `The guest ${domain.name} has no serial console now`, {
    remedy: 'Start the instance.',
    cause,
  });
}
