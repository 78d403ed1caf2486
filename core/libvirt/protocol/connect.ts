import { procedure } from './procedure.ts';
import {
  domainRef,
  flagsOnly,
  LIST_MAX,
  listArgs,
  networkRef,
  noArgs,
  optionalText,
  poolRef,
  text,
  typedParam,
} from './types.ts';
import { array, arrayFixed, bool, int, mapped, nothing, size, struct, uhyper, uint } from './xdr.ts';

/** REMOTE_AUTH_TYPE_LIST_MAX */
const AUTH_TYPES_MAX = 20;
/** REMOTE_NODE_CPU_STATS_MAX, REMOTE_NODE_MEMORY_STATS_MAX */
const NODE_STATS_MAX = 16;
/** REMOTE_CONNECT_GET_ALL_DOMAIN_STATS_MAX */
const DOMAIN_STATS_MAX = 262_144;
/** REMOTE_CONNECT_CPU_MODELS_MAX */
const CPU_MODELS_MAX = 8192;
/** REMOTE_CPU_BASELINE_MAX */
const CPU_BASELINE_MAX = 256;

/** remote_auth_type */
export const AUTH = { none: 0, sasl: 1, polkit: 2 } as const;

/** virDrvFeature in libvirt's src/libvirt_internal.h */
export const FEATURE = {
  keepalive: 10,
  eventCallback: 14,
  closeCallback: 15,
  /** without it command and section of NETWORK_UPDATE travel swapped (libvirt before 7.1) */
  networkUpdateOrder: 16,
} as const;

/** virConnectListAllDomainsFlags, as far as somebody asks for one; 0 asks for all */
export const LIST_DOMAINS = {
  transient: 8,
  /** their memory is kept in a file */
  managedSave: 256,
} as const;
/** virConnectListAllStoragePoolsFlags */
export const LIST_POOLS = { inactive: 1, active: 2 } as const;
/** virConnectListAllNetworksFlags */
export const LIST_NETWORKS = { inactive: 1, active: 2 } as const;

/** virDomainStatsTypes */
export const STATS = { state: 1, cpuTotal: 2, balloon: 4, vcpu: 8, interface: 16, block: 32 } as const;
/** virConnectGetAllDomainStatsFlags; `nowait` leaves out what a busy guest cannot tell at once */
export const STATS_FLAGS = { active: 1, inactive: 2, nowait: 0x2000_0000, backing: 0x4000_0000 } as const;

/** virConnectBaselineCPUFlags */
export const BASELINE_FLAGS = { expandFeatures: 1 } as const;

/** `char model[32]`: XDR gives each character four bytes. */
const cpuModel = mapped(
  arrayFixed(int, 32),
  (chars) => {
    const end = chars.indexOf(0);
    return String.fromCharCode(...chars.slice(0, end < 0 ? chars.length : end).map((c) => c & 0xff));
  },
  (model) => Array.from({ length: 32 }, (_, i) => (i < 31 ? model.charCodeAt(i) || 0 : 0)),
);

const nodeStats = struct({
  params: array(struct({ field: text, value: uhyper }), NODE_STATS_MAX),
  /** with `nparams` 0 in the question: how many there would be */
  nparams: int,
});

export const connect = {
  open: procedure('connect_open', 1, struct({ name: optionalText, flags: uint }), nothing),
  close: procedure('connect_close', 2, noArgs, nothing),
  getType: procedure('connect_get_type', 3, noArgs, struct({ type: text })),
  /** of the hypervisor: major * 1,000,000 + minor * 1,000 + release */
  getVersion: procedure('connect_get_version', 4, noArgs, struct({ version: size })),
  /** of libvirt, in the same form */
  getLibVersion: procedure('connect_get_lib_version', 157, noArgs, struct({ version: size })),
  getHostname: procedure('connect_get_hostname', 59, noArgs, struct({ hostname: text })),
  getCapabilities: procedure('connect_get_capabilities', 7, noArgs, struct({ capabilities: text })),
  getDomainCapabilities: procedure(
    'connect_get_domain_capabilities',
    342,
    struct({
      emulator: optionalText,
      arch: optionalText,
      machine: optionalText,
      virtType: optionalText,
      flags: uint,
    }),
    struct({ capabilities: text }),
  ),
  getSysinfo: procedure('connect_get_sysinfo', 203, flagsOnly, struct({ sysinfo: text })),
  getCpuModelNames: procedure(
    'connect_get_cpu_model_names',
    312,
    struct({ arch: text, needResults: int, flags: uint }),
    struct({ models: array(text, CPU_MODELS_MAX), count: int }),
  ),
  /** A CPU that all given ones can be; of one, with `expandFeatures`, the list of all that it has. */
  baselineCpu: procedure(
    'connect_baseline_cpu',
    162,
    struct({ cpus: array(text, CPU_BASELINE_MAX), flags: uint }),
    struct({ cpu: text }),
  ),
  supportsFeature: procedure(
    'connect_supports_feature',
    60,
    struct({ feature: int }),
    struct({ supported: bool }),
  ),

  authList: procedure('auth_list', 66, noArgs, struct({ types: array(int, AUTH_TYPES_MAX) })),
  authPolkit: procedure('auth_polkit', 70, noArgs, struct({ complete: bool })),

  /** `memory` KiB, `mhz` of the CPUs; `memory` is wrong on some hosts, nodeGetMemoryStats is right */
  nodeGetInfo: procedure(
    'node_get_info',
    6,
    noArgs,
    struct({
      model: cpuModel,
      memory: size,
      cpus: int,
      mhz: int,
      nodes: int,
      sockets: int,
      cores: int,
      threads: int,
    }),
  ),
  /** `cpuNum` -1: all; values in nanoseconds since the host's start. `nparams` must be the exact number: ask with 0 first. */
  nodeGetCpuStats: procedure(
    'node_get_cpu_stats',
    227,
    struct({ cpuNum: int, nparams: int, flags: uint }),
    nodeStats,
  ),
  /** `cellNum` -1: all; values in KiB. `nparams` must be the exact number: ask with 0 first. */
  nodeGetMemoryStats: procedure(
    'node_get_memory_stats',
    228,
    struct({ nparams: int, cellNum: int, flags: uint }),
    nodeStats,
  ),

  listAllDomains: procedure(
    'connect_list_all_domains',
    273,
    listArgs,
    struct({ domains: array(domainRef, LIST_MAX), count: uint }),
  ),
  listAllNetworks: procedure(
    'connect_list_all_networks',
    283,
    listArgs,
    struct({ networks: array(networkRef, LIST_MAX), count: uint }),
  ),
  listAllStoragePools: procedure(
    'connect_list_all_storage_pools',
    281,
    listArgs,
    struct({ pools: array(poolRef, LIST_MAX), count: uint }),
  ),
  /** An empty `domains` asks for all; see STATS and STATS_FLAGS. */
  getAllDomainStats: procedure(
    'connect_get_all_domain_stats',
    344,
    struct({ domains: array(domainRef, LIST_MAX), stats: uint, flags: uint }),
    struct({
      records: array(struct({ domain: domainRef, params: array(typedParam, DOMAIN_STATS_MAX) }), LIST_MAX),
    }),
  ),
} as const;
