import { BlockList, isIP } from 'node:net';
import type { SchedulerHints } from '../../contract/index.ts';
import type { Filter } from '../filter.ts';
import { hintText } from '../hints.ts';

const ADDRESS = 'build_near_host_ip';
const CIDR = 'cidr';

type Family = 'ipv4' | 'ipv6';
const familyOf = (address: string): Family => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** @returns what is wrong with the hints and at which, or null */
export function cidrProblem(hints: SchedulerHints): { hint: string; message: string } | null {
  const address = hintText(hints, ADDRESS);
  if (address === null) return null;
  if (isIP(address) === 0) return { hint: ADDRESS, message: 'is no IP address' };
  const prefix = hintText(hints, CIDR);
  if (prefix === null) return null;
  const longest = familyOf(address) === 'ipv6' ? 128 : 32;
  const isPrefix = /^\/?\d{1,3}$/.test(prefix) && Number(prefix.replace('/', '')) <= longest;
  return isPrefix ? null : { hint: CIDR, message: `is no prefix length from /0 to /${longest}` };
}

function networkOf(hints: SchedulerHints): { network: BlockList; text: string } | null {
  const address = hintText(hints, ADDRESS);
  if (address === null || cidrProblem(hints) !== null) return null;
  const prefix = Number((hintText(hints, CIDR) ?? '/24').replace('/', ''));
  const network = new BlockList();
  network.addSubnet(address, prefix, familyOf(address));
  return { network, text: `${address}/${prefix}` };
}

/**
 * Only hosts whose address is in a network. Source: `SimpleCIDRAffinityFilter` in
 * nova/scheduler/filters/affinity_filter.py
 */
export const simpleCidrAffinity: Filter = {
  name: 'SimpleCIDRAffinity',
  description:
    'With the hint build_near_host_ip: only hosts whose address is in that network (cidr, /24 by default).',
  onByDefault: false,
  reads: [ADDRESS, CIDR],
  judge({ hints }) {
    const wanted = networkOf(hints);
    if (wanted === null) return null;
    return ({ host: { address } }) => {
      const own = address.kind === 'ssh' ? address.address : null;
      if (own === null || isIP(own) === 0)
        return `the hints ask for an address in ${wanted.text}; the host's is not known as a number`;
      if (wanted.network.check(own, familyOf(own))) return null;
      return `the hints ask for an address in ${wanted.text}, the host has ${own}`;
    };
  },
};
