import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml } from '../libvirt/xml/mapper.ts';
import { network } from '../libvirt/xml/network.ts';
import { freeSubnets, natNetworkXml } from './default-network.ts';
import { freeAddress, hasDhcp, reservationFor } from './free-address.ts';
import { ipv4ToNumber, ipv4ToText, prefixOf } from './ipv4.ts';
import { generateMac } from './mac.ts';

const small = readXml(
  network,
  `<network><ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.1' end='10.0.0.4'/>
   <range start='10.0.0.10' end='10.0.0.10'/>
   <host mac='52:54:00:AA:00:01' ip='10.0.0.2'/></dhcp></ip></network>`,
);

describe('a free address', () => {
  it('is neither the gateway’s, nor reserved, nor leased to another card', () => {
    const lease = { mac: '52:54:00:00:00:09', address: '10.0.0.3' };
    const found = new Set(
      Array.from({ length: 200 }, (_, i) => freeAddress(small, [lease], `52:54:00:00:01:${i}`)),
    );
    expect(found).toEqual(new Set(['10.0.0.4', '10.0.0.10']));
  });

  it('may be the one that the card has leased already', () => {
    const leases = ['10.0.0.3', '10.0.0.4'].map((address) => ({ mac: 'x', address }));
    const own = { mac: '52:54:00:00:00:01', address: '10.0.0.10' };
    expect(freeAddress(small, [...leases, own], '52:54:00:00:00:01')).toBe('10.0.0.10');
  });

  it('is the same for the same card, and null when there is none', () => {
    expect(freeAddress(small, [], 'm')).toBe(freeAddress(small, [], 'm'));
    const leases = ['10.0.0.3', '10.0.0.4', '10.0.0.10'].map((address) => ({ mac: 'x', address }));
    expect(freeAddress(small, leases, 'm')).toBeNull();
    expect(freeAddress({}, [], 'm')).toBeNull();
  });

  it('finds reservations by MAC in either case', () => {
    expect(reservationFor(small, '52:54:00:aa:00:01')?.ip).toBe('10.0.0.2');
    expect(reservationFor(small, '52:54:00:aa:00:02')).toBeUndefined();
  });
});

describe('the default network', () => {
  it('takes the first /24 that overlaps no other', () => {
    const wide = readXml(network, `<network><ip address='192.168.120.1' netmask='255.255.252.0'/></network>`);
    expect(freeSubnets([])[0]).toBe('192.168.122');
    expect(freeSubnets([wide])[0]).toBe('192.168.124');
  });

  it('gives out addresses behind NAT', () => {
    const read = readXml(network, natNetworkXml('default', '192.168.130'));
    expect(read).toMatchObject({ name: 'default', forward: 'nat' });
    expect(hasDhcp(read)).toBe(true);
    expect(read.ips?.[0]?.address).toBe('192.168.130.1');
  });
});

describe('numbers', () => {
  it('go to addresses and back', () => {
    fc.assert(fc.property(fc.nat({ max: 2 ** 31 - 1 }), (n) => ipv4ToNumber(ipv4ToText(n)) === n));
    expect(ipv4ToNumber('255.255.255.255')).toBe(2 ** 32 - 1);
    expect(ipv4ToNumber('256.1.1.1')).toBeNull();
    expect(ipv4ToNumber('fe80::1')).toBeNull();
  });

  it('of netmasks', () => {
    expect(prefixOf('255.255.255.0')).toBe(24);
    expect(prefixOf('255.255.252.0')).toBe(22);
    expect(prefixOf('255.0.255.0')).toBeNull();
  });

  it('of new cards are unicast and QEMU’s', () => {
    expect(generateMac()).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
  });
});
