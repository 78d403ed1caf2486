import type { Host } from '../../../core/contract/index.ts';

/** `user@address:port`, or `here` for this computer. */
export function placeOf({ address }: Host, here: string): string {
  if (address.kind === 'local') return here;
  const user = address.user === undefined ? '' : `${address.user}@`;
  if (address.port === undefined) return `${user}${address.address}`;
  // A colon in an address is IPv6's, and then the port needs brackets to stand apart.
  const bare = address.address.includes(':') && !address.address.startsWith('[');
  return `${user}${bare ? `[${address.address}]` : address.address}:${address.port}`;
}
