import { buildXml } from '../libvirt/xml/mapper.ts';
import { network, type Network } from '../libvirt/xml/network.ts';
import { ipv4ToNumber, prefixOf, subnetOf } from './ipv4.ts';

/** libvirt's own choice first, then the rest of its neighbourhood. */
const SUBNETS = Array.from({ length: 133 }, (_, i) => 122 + i).map((third) => `192.168.${third}`);

interface Subnet {
  readonly first: number;
  readonly last: number;
}

function subnetsOf(networks: readonly Network[]): Subnet[] {
  return networks.flatMap(({ ips }) =>
    (ips ?? []).flatMap((ip) => {
      const address = ipv4ToNumber(ip.address ?? '');
      const prefix = ip.prefix ?? prefixOf(ip.netmask ?? '');
      return address === null || prefix === null ? [] : [subnetOf(address, prefix)];
    }),
  );
}

/** The first three numbers of /24 subnets that no virtual network of the host uses, best first. */
export function freeSubnets(networks: readonly Network[]): string[] {
  const used = subnetsOf(networks);
  return SUBNETS.filter((prefix) => {
    const first = ipv4ToNumber(`${prefix}.0`) ?? 0;
    return !used.some((subnet) => subnet.first <= first + 255 && subnet.last >= first);
  });
}

/** A network behind NAT, as libvirt's packages define their `default`. */
export function natNetworkXml(name: string, subnet: string): string {
  return buildXml(network, {
    name,
    forward: 'nat',
    stp: 'on',
    delay: 0,
    ips: [
      {
        address: `${subnet}.1`,
        netmask: '255.255.255.0',
        dhcp: { ranges: [{ start: `${subnet}.2`, end: `${subnet}.254` }] },
      },
    ],
  });
}
