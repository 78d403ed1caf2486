import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import {
  network as procedures,
  UPDATE_AFFECT,
  UPDATE_COMMAND,
  UPDATE_SECTION,
} from '../libvirt/protocol/network.ts';
import type { NetworkRef } from '../libvirt/protocol/types.ts';
import { buildXml } from '../libvirt/xml/mapper.ts';
import { dhcpHost } from '../libvirt/xml/network.ts';
import { freeAddress, reservationFor, type Lease } from './free-address.ts';
import { describeNetwork, openNetwork } from './host-network.ts';

/** libvirt's words when the address was reserved by somebody else in the meantime. */
const TAKEN = /existing dhcp host entry/i;
/** libvirt's words when the reservation is gone already. */
const GONE = /couldn't locate a matching dhcp host entry/i;

/** How often another builder may snatch the address. */
const ATTEMPTS = 20;

/** The running network and its definition are two documents. */
const SIDES = [
  { inactive: false, flags: UPDATE_AFFECT.live },
  { inactive: true, flags: UPDATE_AFFECT.config },
] as const;

/**
 * Reserves an address for a card, in the running network and in its definition. The host's own list is the only one:
 * whoever is told that an address was just taken looks again.
 * @returns the address; the one reserved already where there is one
 * @throws ExpectedError `host.network_missing`, also when no address is free
 */
export async function reserveAddress(
  connection: LibvirtConnection,
  networkName: string,
  mac: string,
  options: CallOptions,
): Promise<string> {
  const network = await openNetwork(connection, networkName, options);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const now = await describeNetwork(connection, network, options);
    const reserved = reservationFor(now, mac)?.ip;
    if (reserved !== undefined) return reserved;
    const address = freeAddress(now, await leasesOf(connection, network, options), mac);
    if (address === null) break;
    try {
      const flags = UPDATE_AFFECT.live | UPDATE_AFFECT.config;
      await update(connection, network, UPDATE_COMMAND.addLast, { mac, ip: address }, flags, options);
      return address;
    } catch (error) {
      if (!saysSo(error, TAKEN)) throw error;
    }
  }
  throw new ExpectedError('host.network_missing', `The network "${networkName}" has no free address`, {
    remedy: 'Delete instances that are not needed, or widen the network’s DHCP range on the host.',
  });
}

/** Takes a card's reservation back, wherever it still stands. */
export async function releaseAddress(
  connection: LibvirtConnection,
  networkName: string,
  mac: string,
  options: CallOptions,
): Promise<void> {
  const network = await findNetwork(connection, networkName, options);
  if (!network) return;
  const { active } = await connection.call(procedures.isActive, { network }, options);
  for (const side of SIDES) {
    if (!side.inactive && !active) continue;
    const described = await describeNetwork(connection, network, options, side.inactive);
    const host = reservationFor(described, mac);
    if (host) await remove(connection, network, host, side.flags, options);
  }
}

export interface Reservation {
  readonly mac: string;
  readonly address: string | null;
}

/** Every card's reservation, of the running network and of its definition; none where there is no such network. */
export async function listReservations(
  connection: LibvirtConnection,
  networkName: string,
  options: CallOptions,
): Promise<Reservation[]> {
  const network = await findNetwork(connection, networkName, options);
  if (!network) return [];
  const found = new Map<string, Reservation>();
  for (const { inactive } of SIDES) {
    const { ips = [] } = await describeNetwork(connection, network, options, inactive);
    for (const host of ips.flatMap((ip) => ip.dhcp?.hosts ?? [])) {
      const mac = host.mac?.toLowerCase();
      if (mac !== undefined) found.set(mac, { mac, address: host.ip ?? null });
    }
  }
  return [...found.values()];
}

async function findNetwork(
  connection: LibvirtConnection,
  networkName: string,
  options: CallOptions,
): Promise<NetworkRef | null> {
  try {
    return await openNetwork(connection, networkName, options);
  } catch (error) {
    if (isExpected(error, 'host.network_missing')) return null;
    throw error;
  }
}

type Host = ReturnType<typeof reservationFor> & object;

async function remove(
  connection: LibvirtConnection,
  network: NetworkRef,
  host: Host,
  flags: number,
  options: CallOptions,
): Promise<void> {
  try {
    await update(connection, network, UPDATE_COMMAND.delete, host, flags, options);
  } catch (error) {
    if (!saysSo(error, GONE)) throw error;
  }
}

async function update(
  connection: LibvirtConnection,
  network: NetworkRef,
  command: number,
  host: Host,
  flags: number,
  options: CallOptions,
): Promise<void> {
  const section = UPDATE_SECTION.ipDhcpHost;
  // -1: libvirt finds the one part of the network that gives out addresses
  const where = { network, command, section, parentIndex: -1, flags };
  await connection.updateNetwork({ ...where, xml: buildXml(dhcpHost, host) }, options);
}

async function leasesOf(
  connection: LibvirtConnection,
  network: NetworkRef,
  options: CallOptions,
): Promise<Lease[]> {
  const args = { network, mac: null, needResults: 1, flags: 0 };
  return (await connection.call(procedures.getDhcpLeases, args, options)).leases;
}

function saysSo(error: unknown, words: RegExp): boolean {
  return error instanceof ExpectedError && words.test(error.message);
}
