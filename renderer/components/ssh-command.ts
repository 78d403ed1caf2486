import type { Host, Image, Instance } from '../../core/contract/index.ts';

/** Who logs in when the image does not say (`os_admin_user`). */
const DEFAULT_USER = 'root';

/** The host as a jump host on ssh's command line, or null where none is needed. */
function jumpTo(host: Host | undefined): string | null {
  if (host === undefined || host.address.kind === 'local') return null;
  const { address, user, port } = host.address;
  // A colon in an address is IPv6's, and then the port needs brackets to stand apart.
  const name = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  return `${user === undefined ? '' : `${user}@`}${name}${port === undefined ? '' : `:${port}`}`;
}

/** The command that logs in to a guest: its network is the host's own, so the host is jumped over. */
export function sshCommand(
  instance: Instance,
  host: Host | undefined,
  image: Image | undefined,
): string | null {
  const address = instance.addresses.find((each) => each.version === 4) ?? instance.addresses[0];
  if (address === undefined) return null;
  const user = image?.properties['os_admin_user'] ?? DEFAULT_USER;
  const jump = jumpTo(host);
  return ['ssh', ...(jump === null ? [] : ['-J', jump]), `${user}@${address.address}`].join(' ');
}
