import { createHash } from 'node:crypto';
import type { Network } from '../libvirt/xml/network.ts';
import { ipv4ToNumber, ipv4ToText } from './ipv4.ts';

export interface Lease {
  readonly mac: string | null;
  readonly address: string;
}

type DhcpHost = { readonly mac?: string | undefined; readonly ip?: string | undefined };

/** The network's IPv4 part that gives out addresses; undefined when it has none. */
function dhcpOf(network: Network) {
  const ip = network.ips?.find((part) => part.family !== 'ipv6' && (part.dhcp?.ranges ?? []).length > 0);
  return ip && { gateway: ip.address, ranges: ip.dhcp?.ranges ?? [], hosts: ip.dhcp?.hosts ?? [] };
}

export function hasDhcp(network: Network): boolean {
  return dhcpOf(network) !== undefined;
}

/** What is reserved for a MAC now. */
export function reservationFor(network: Network, mac: string): DhcpHost | undefined {
  const hosts = network.ips?.flatMap((ip) => ip.dhcp?.hosts ?? []) ?? [];
  return hosts.find((host) => host.mac?.toLowerCase() === mac.toLowerCase());
}

/**
 * An address of the DHCP ranges that nobody has: neither a reservation nor a lease of another card. The search begins
 * at a place that depends on the MAC, so that builds side by side rarely want the same one, and an address that was
 * just given back (whose SSH host key a person may remember) is not the next one out.
 * @returns null when all are taken
 */
export function freeAddress(network: Network, leases: readonly Lease[], mac: string): string | null {
  const dhcp = dhcpOf(network);
  if (!dhcp) return null;
  const taken = new Set([dhcp.gateway, ...dhcp.hosts.map((host) => host.ip)]);
  for (const lease of leases) if (lease.mac?.toLowerCase() !== mac.toLowerCase()) taken.add(lease.address);
  const ranges = dhcp.ranges.flatMap(({ start, end }) => {
    const [first, last] = [ipv4ToNumber(start ?? ''), ipv4ToNumber(end ?? '')];
    return first === null || last === null || last < first ? [] : [{ first, count: last - first + 1 }];
  });
  const total = ranges.reduce((sum, range) => sum + range.count, 0);
  const begin = createHash('sha256').update(mac.toLowerCase()).digest().readUInt32BE(0);
  for (let step = 0; step < total; step += 1) {
    const address = nth(ranges, (begin + step) % total);
    if (!taken.has(address)) return address;
  }
  return null;
}

function nth(ranges: readonly { first: number; count: number }[], index: number): string {
  let left = index;
  for (const { first, count } of ranges) {
    if (left < count) return ipv4ToText(first + left);
    left -= count;
  }
  throw new Error('index beyond the ranges');
}
