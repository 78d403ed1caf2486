import { procedure } from './procedure.ts';
import { networkRef, optionalText, text, uuid } from './types.ts';
import { array, bool, hyper, int, nothing, struct, uint, type Infer } from './xdr.ts';

/** REMOTE_NETWORK_DHCP_LEASES_MAX */
const LEASES_MAX = 65_536;

/** virNetworkUpdateCommand */
export const UPDATE_COMMAND = { modify: 1, delete: 2, addLast: 3, addFirst: 4 } as const;
/** virNetworkUpdateSection */
export const UPDATE_SECTION = { ipDhcpHost: 4, dnsHost: 10 } as const;
/** virNetworkUpdateFlags */
export const UPDATE_AFFECT = { current: 0, live: 1, config: 2 } as const;

const one = struct({ network: networkRef });
const withFlags = struct({ network: networkRef, flags: uint });
const xml = struct({ xml: text });
const update = struct({
  network: networkRef,
  command: uint,
  section: uint,
  parentIndex: int,
  xml: text,
  flags: uint,
});
/** `parentIndex` -1: wherever it fits */
export type NetworkUpdate = Infer<typeof update>;

export const network = {
  lookupByUuid: procedure('network_lookup_by_uuid', 47, struct({ uuid }), one),
  lookupByName: procedure('network_lookup_by_name', 46, struct({ name: text }), one),
  defineXml: procedure('network_define_xml', 41, xml, one),
  undefine: procedure('network_undefine', 49, one, nothing),
  create: procedure('network_create', 39, one, nothing),
  destroy: procedure('network_destroy', 42, one, nothing),
  isActive: procedure('network_is_active', 152, one, struct({ active: bool })),
  getAutostart: procedure('network_get_autostart', 44, one, struct({ autostart: bool })),
  setAutostart: procedure(
    'network_set_autostart',
    48,
    struct({ network: networkRef, autostart: bool }),
    nothing,
  ),
  getXmlDesc: procedure('network_get_xml_desc', 43, withFlags, xml),
  getBridgeName: procedure('network_get_bridge_name', 45, one, struct({ name: text })),
  /** Call it through `LibvirtConnection.updateNetwork`, which knows the order that the host expects. */
  update: procedure('network_update', 291, update, nothing),
  /** `expiry` in seconds since 1970; `type` 0 is IPv4, 1 is IPv6 */
  getDhcpLeases: procedure(
    'network_get_dhcp_leases',
    341,
    struct({ network: networkRef, mac: optionalText, needResults: int, flags: uint }),
    struct({
      leases: array(
        struct({
          interface: text,
          expiry: hyper,
          type: int,
          mac: optionalText,
          iaid: optionalText,
          address: text,
          prefix: uint,
          hostname: optionalText,
          clientId: optionalText,
        }),
        LEASES_MAX,
      ),
      count: uint,
    }),
  ),
} as const;
