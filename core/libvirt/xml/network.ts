import { many, one, text, whole } from './fields.ts';
import { mapper } from './mapper.ts';
import type { Infer } from './types.ts';

/** A fixed address: a DHCP reservation by MAC. */
export const dhcpHost = mapper('host', { mac: text('@mac'), ip: text('@ip'), name: text('@name') });

const range = mapper('range', { start: text('@start'), end: text('@end') });

const dhcp = mapper('dhcp', { ranges: many(range), hosts: many(dhcpHost) });

const ip = mapper('ip', {
  /** absent means `ipv4` */
  family: text('@family'),
  address: text('@address'),
  netmask: text('@netmask'),
  prefix: whole('@prefix'),
  dhcp: one(dhcp),
});

/** A virtual network. https://libvirt.org/formatnetwork.html */
export const network = mapper('network', {
  name: text('name'),
  uuid: text('uuid'),
  forward: text('forward/@mode'),
  bridge: text('bridge/@name'),
  stp: text('bridge/@stp'),
  delay: whole('bridge/@delay'),
  ips: many(ip),
});
export type Network = Infer<typeof network>;
