import type { Duplex } from 'node:stream';
import type { HostAddress } from '../contract/index.ts';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { Link, OpenOptions } from './dialer.ts';
import { currentEnvironment, type Environment, sessionSockets, SYSTEM_SOCKETS } from './platform.ts';

// The first ordinary user of almost every Linux: another one has to name the session's socket.
const FIRST_USER = 1000;

export interface LibvirtSocket {
  readonly stream: Duplex;
  readonly path: string;
}

function sessionPaths(address: HostAddress, link: Link, environment: Environment): string[] {
  if (address.kind === 'local') {
    const runtime = environment.env['XDG_RUNTIME_DIR'];
    const uid = environment.uid;
    return sessionSockets({
      ...(runtime && { runtime }),
      ...(uid !== null && { uid }),
      home: environment.home,
    });
  }
  return link.user === 'root'
    ? sessionSockets({ uid: 0, home: '/root' })
    : sessionSockets({ uid: FIRST_USER, home: `/home/${link.user}` });
}

/** Where libvirt may listen on a host, the likeliest place first. */
export function libvirtSocketPaths(
  address: HostAddress,
  link: Link,
  environment: Environment = currentEnvironment(),
): readonly string[] {
  if (address.kind === 'ssh' && address.socket !== undefined) return [address.socket];
  return address.uri === 'qemu:///session' ? sessionPaths(address, link, environment) : SYSTEM_SOCKETS;
}

/**
 * Opens libvirt's socket on a host, wherever it is.
 * @throws ExpectedError as `Link.openSocket`; of several places, what is wrong with the likeliest
 */
export async function openLibvirtSocket(
  link: Link,
  address: HostAddress,
  options: OpenOptions = {},
): Promise<LibvirtSocket> {
  let failure: ExpectedError | null = null;
  for (const path of libvirtSocketPaths(address, link)) {
    try {
      return { stream: await link.openSocket(path, options), path };
    } catch (error) {
      if (!isExpected(error, 'transport.socket_missing', 'transport.forwarding_disabled')) throw error;
      failure ??= error;
    }
  }
  throw failure ?? new ExpectedError('transport.socket_missing', 'There is no place to look for libvirt.');
}
