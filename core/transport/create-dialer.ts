import type { HostAddress } from '../contract/index.ts';
import type { DialerDeps } from './dial-options.ts';
import type { Dialer } from './dialer.ts';
import { LocalDialer } from './local-dialer.ts';
import { SshDialer } from './ssh-dialer.ts';

/** The one way to a host: `connect` gives a Link, `openLibvirtSocket` the stream for the libvirt client. */
export function createDialer(address: HostAddress, deps: DialerDeps): Dialer {
  return address.kind === 'local' ? new LocalDialer(deps) : new SshDialer(address, deps);
}
