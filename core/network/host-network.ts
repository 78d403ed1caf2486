import { ExpectedError } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../libvirt/errors.ts';
import { connect, LIST_NETWORKS } from '../libvirt/protocol/connect.ts';
import { network as procedures } from '../libvirt/protocol/network.ts';
import type { NetworkRef } from '../libvirt/protocol/types.ts';
import { readXml } from '../libvirt/xml/mapper.ts';
import { network as networkXml, type Network } from '../libvirt/xml/network.ts';
import { freeSubnets, natNetworkXml } from './default-network.ts';
import { hasDhcp } from './free-address.ts';

/** The name that libvirt's packages give the usual network. */
export const DEFAULT_NETWORK = 'default';

/** Milliseconds: dnsmasq and the firewall rules take their time. */
const START_DEADLINE = 60_000;

/** libvirt's words when the host itself has a route into the subnet. */
const SUBNET_IN_USE = /already in use by interface/i;

/** @throws ExpectedError `host.network_missing` */
export async function openNetwork(
  connection: LibvirtConnection,
  name: string,
  options: CallOptions,
): Promise<NetworkRef> {
  const found = await lookup(connection, name, options);
  if (found) return found;
  const names = (await allNetworks(connection, options)).map((network) => network.name);
  throw new ExpectedError('host.network_missing', `The host has no virtual network "${name}"`, {
    remedy:
      names.length > 0
        ? `Choose one that it has: ${names.join(', ')}.`
        : 'Make a network on the host, or choose "default" to have it made.',
    details: { networks: names },
  });
}

async function lookup(
  connection: LibvirtConnection,
  name: string,
  options: CallOptions,
): Promise<NetworkRef | null> {
  try {
    return (await connection.call(procedures.lookupByName, { name }, options)).network;
  } catch (error) {
    if (isVirError(error, VIR_ERR.noNetwork)) return null;
    throw error;
  }
}

async function allNetworks(connection: LibvirtConnection, options: CallOptions): Promise<NetworkRef[]> {
  const flags = LIST_NETWORKS.active | LIST_NETWORKS.inactive;
  return (await connection.call(connect.listAllNetworks, { needResults: 1, flags }, options)).networks;
}

/** virNetworkXMLFlags */
const INACTIVE = 1;

/** As it runs, or as it is defined: where it does not run, or when asked for that. */
export async function describeNetwork(
  connection: LibvirtConnection,
  network: NetworkRef,
  options: CallOptions,
  inactive = false,
): Promise<Network> {
  const flags = inactive ? INACTIVE : 0;
  const { xml } = await connection.call(procedures.getXmlDesc, { network, flags }, options);
  return readXml(networkXml, xml);
}

/**
 * Makes sure that the network is there and runs; makes `default`, behind NAT, where there is none.
 * @throws ExpectedError `host.network_missing`
 */
export async function prepareNetwork(
  connection: LibvirtConnection,
  name: string,
  options: CallOptions,
): Promise<void> {
  const found = await lookup(connection, name, options);
  if (!found && name === DEFAULT_NETWORK) return makeDefault(connection, name, options);
  const network = found ?? (await openNetwork(connection, name, options));
  if (!hasDhcp(await describeNetwork(connection, network, options))) {
    throw new ExpectedError('host.network_missing', `The network "${name}" gives out no IPv4 addresses`, {
      remedy: 'Choose a network with a DHCP range, so that guests can have fixed addresses.',
    });
  }
  if ((await connection.call(procedures.isActive, { network }, options)).active) return;
  await start(connection, network, options);
}

async function start(
  connection: LibvirtConnection,
  network: NetworkRef,
  options: CallOptions,
): Promise<void> {
  await connection.call(procedures.create, { network }, { ...options, deadline: START_DEADLINE });
  await connection.call(procedures.setAutostart, { network, autostart: true }, options);
}

/** Tries one free subnet after the other, as only the host knows what else it has routes to. */
async function makeDefault(connection: LibvirtConnection, name: string, options: CallOptions): Promise<void> {
  const others = await allNetworks(connection, options);
  const known = await Promise.all(others.map((other) => describeNetwork(connection, other, options)));
  for (const subnet of freeSubnets(known)) {
    const xml = natNetworkXml(name, subnet);
    const { network } = await connection.call(procedures.defineXml, { xml }, options);
    try {
      await start(connection, network, options);
      return;
    } catch (error) {
      await connection.call(procedures.undefine, { network }, options);
      if (!(error instanceof ExpectedError && SUBNET_IN_USE.test(error.message))) throw error;
    }
  }
  throw new ExpectedError('host.network_missing', 'The host has no free private subnet for a new network', {
    remedy: 'Make a network on the host by hand and choose it.',
  });
}
