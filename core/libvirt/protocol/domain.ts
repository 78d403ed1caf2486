import { procedure, streaming } from './procedure.ts';
import { domainRef, optionalText, text, uuid } from './types.ts';
import { array, bool, int, nothing, size, struct, uhyper, uint } from './xdr.ts';

/** REMOTE_DOMAIN_SEND_KEY_MAX */
const KEYS_MAX = 16;
/** REMOTE_DOMAIN_INTERFACE_MAX, REMOTE_DOMAIN_IP_ADDR_MAX */
const INTERFACES_MAX = 2048;

/** virDomainState */
export const DOMAIN_STATE = {
  nostate: 0,
  running: 1,
  blocked: 2,
  paused: 3,
  shutdown: 4,
  shutoff: 5,
  crashed: 6,
  pmsuspended: 7,
} as const;

/** virDomainUndefineFlagsValues */
export const UNDEFINE = {
  managedSave: 1,
  snapshotsMetadata: 2,
  nvram: 4,
  keepNvram: 8,
  checkpointsMetadata: 16,
} as const;
/** virDomainCreateFlags, as far as somebody asks for one; `forceBoot` throws a kept memory image away */
export const START = { forceBoot: 8 } as const;
/** virDomainShutdownFlagValues; the same numbers serve for reboot */
export const SHUTDOWN = { default: 0, acpi: 1, agent: 2 } as const;
/** virDomainModificationImpact */
export const AFFECT = { current: 0, live: 1, config: 2 } as const;
/** virDomainMetadataType */
export const METADATA = { description: 0, title: 1, element: 2 } as const;
/** virDomainConsoleFlags; `force` ends another console's session, `safe` refuses unless it can be locked */
export const CONSOLE = { force: 1, safe: 2 } as const;

const one = struct({ domain: domainRef });
const withFlags = struct({ domain: domainRef, flags: uint });
const withXml = struct({ domain: domainRef, xml: text, flags: uint });
const xml = struct({ xml: text });

export const domain = {
  lookupByUuid: procedure('domain_lookup_by_uuid', 24, struct({ uuid }), one),
  lookupByName: procedure('domain_lookup_by_name', 23, struct({ name: text }), one),
  defineXml: procedure('domain_define_xml', 11, xml, one),
  defineXmlFlags: procedure('domain_define_xml_flags', 350, struct({ xml: text, flags: uint }), one),
  undefineFlags: procedure('domain_undefine_flags', 231, withFlags, nothing),
  /** @see START */
  createWithFlags: procedure('domain_create_with_flags', 196, withFlags, one),
  shutdownFlags: procedure('domain_shutdown_flags', 258, withFlags, nothing),
  reboot: procedure('domain_reboot', 27, withFlags, nothing),
  reset: procedure('domain_reset', 245, withFlags, nothing),
  destroyFlags: procedure('domain_destroy_flags', 234, withFlags, nothing),
  suspend: procedure('domain_suspend', 34, one, nothing),
  resume: procedure('domain_resume', 28, one, nothing),
  /** of a guest that has put itself to sleep */
  pmWakeup: procedure('domain_pm_wakeup', 267, withFlags, nothing),
  injectNmi: procedure('domain_inject_nmi', 210, withFlags, nothing),
  /** by the guest agent; flag 1: the password is a hash */
  setUserPassword: procedure(
    'domain_set_user_password',
    357,
    struct({ domain: domainRef, user: optionalText, password: optionalText, flags: uint }),
    nothing,
  ),
  /** `reason` belongs to `state`: VIR_DOMAIN_<STATE>_<REASON> */
  getState: procedure('domain_get_state', 212, withFlags, struct({ state: int, reason: int })),
  /** memory in KiB, CPU time in nanoseconds */
  getInfo: procedure(
    'domain_get_info',
    16,
    one,
    struct({ state: uint, maxMemory: size, memory: size, vcpus: uint, cpuTime: uhyper }),
  ),
  isActive: procedure('domain_is_active', 150, one, struct({ active: bool })),
  isPersistent: procedure('domain_is_persistent', 151, one, struct({ persistent: bool })),
  /** flag 1: with passwords, 2: as it is defined, not as it runs */
  getXmlDesc: procedure('domain_get_xml_desc', 14, withFlags, xml),
  getAutostart: procedure('domain_get_autostart', 15, one, struct({ autostart: bool })),
  setAutostart: procedure(
    'domain_set_autostart',
    29,
    struct({ domain: domainRef, autostart: bool }),
    nothing,
  ),
  attachDeviceFlags: procedure('domain_attach_device_flags', 160, withXml, nothing),
  detachDeviceFlags: procedure('domain_detach_device_flags', 161, withXml, nothing),
  updateDeviceFlags: procedure('domain_update_device_flags', 174, withXml, nothing),
  /** bytes; `path` is a target (`vda`) or a file of the domain */
  getBlockInfo: procedure(
    'domain_get_block_info',
    194,
    struct({ domain: domainRef, path: text, flags: uint }),
    struct({ allocation: size, capacity: size, physical: size }),
  ),
  /** `holdTime` milliseconds; `codeset` 0 is Linux's */
  sendKey: procedure(
    'domain_send_key',
    226,
    struct({
      domain: domainRef,
      codeset: uint,
      holdTime: uint,
      keycodes: array(uint, KEYS_MAX),
      flags: uint,
    }),
    nothing,
  ),
  /** `source` 0 leases, 1 guest agent, 2 ARP */
  interfaceAddresses: procedure(
    'domain_interface_addresses',
    353,
    struct({ domain: domainRef, source: uint, flags: uint }),
    struct({
      interfaces: array(
        struct({
          name: text,
          mac: optionalText,
          /** `type` 0 is IPv4, 1 is IPv6 */
          addresses: array(struct({ type: int, address: text, prefix: uint }), INTERFACES_MAX),
        }),
        INTERFACES_MAX,
      ),
    }),
  ),
  /** A null `metadata` removes it; `key` is the prefix, `uri` the namespace of an element. */
  setMetadata: procedure(
    'domain_set_metadata',
    264,
    struct({
      domain: domainRef,
      type: int,
      metadata: optionalText,
      key: optionalText,
      uri: optionalText,
      flags: uint,
    }),
    nothing,
  ),
  getMetadata: procedure(
    'domain_get_metadata',
    265,
    struct({ domain: domainRef, type: int, uri: optionalText, flags: uint }),
    struct({ metadata: text }),
  ),
  managedSave: procedure('domain_managed_save', 182, withFlags, nothing),
  hasManagedSaveImage: procedure('domain_has_managed_save_image', 183, withFlags, struct({ result: bool })),
  managedSaveRemove: procedure('domain_managed_save_remove', 184, withFlags, nothing),
  managedSaveGetXmlDesc: procedure('domain_managed_save_get_xml_desc', 388, withFlags, xml),
  managedSaveDefineXml: procedure(
    'domain_managed_save_define_xml',
    389,
    struct({ domain: domainRef, xml: optionalText, flags: uint }),
    nothing,
  ),

  /** `device` is an alias (`serial0`); null: the first console */
  openConsole: streaming(
    'domain_open_console',
    201,
    'both',
    struct({ domain: domainRef, device: optionalText, flags: uint }),
    nothing,
  ),
  /** The bytes of the picture follow as a stream; `mime` says what they are. */
  screenshot: streaming(
    'domain_screenshot',
    211,
    'read',
    struct({ domain: domainRef, screen: uint, flags: uint }),
    struct({ mime: optionalText }),
  ),
} as const;
