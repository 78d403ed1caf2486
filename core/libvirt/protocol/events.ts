import { procedure, type EventKind, type EventMessage } from './procedure.ts';
import { domainRef, networkRef, optionalText, poolRef, text } from './types.ts';
import { absent, int, nothing, size, struct, type Xdr } from './xdr.ts';

const registerArgs = struct({ eventId: int, only: absent });
const callback = struct({ callbackId: int });

// Who registers for domains, networks and pools calls different procedures with the same layout.
const FAMILIES = {
  domain: {
    register: procedure('connect_domain_event_callback_register_any', 316, registerArgs, callback),
    deregister: procedure('connect_domain_event_callback_deregister_any', 317, callback, nothing),
  },
  network: {
    register: procedure('connect_network_event_register_any', 313, registerArgs, callback),
    deregister: procedure('connect_network_event_deregister_any', 314, callback, nothing),
  },
  pool: {
    register: procedure('connect_storage_pool_event_register_any', 368, registerArgs, callback),
    deregister: procedure('connect_storage_pool_event_deregister_any', 369, callback, nothing),
  },
} as const;

function event<M extends EventMessage>(
  family: keyof typeof FAMILIES,
  name: string,
  eventId: number,
  number: number,
  message: Xdr<M>,
): EventKind<M> {
  return { name, eventId, number, message, ...FAMILIES[family] };
}

const domainOnly = struct({ callbackId: int, domain: domainRef });
const domainLifecycle = struct({ callbackId: int, domain: domainRef, event: int, detail: int });

/** virDomainEventType */
export const DOMAIN_EVENT = {
  defined: 0,
  undefined: 1,
  started: 2,
  suspended: 3,
  resumed: 4,
  stopped: 5,
  shutdown: 6,
  pmsuspended: 7,
  crashed: 8,
} as const;
/** virDomainEventStoppedDetailType */
export const STOPPED_CRASHED = 2;
export const STOPPED_SAVED = 4;

/** `eventId` is VIR_DOMAIN_EVENT_ID_* and its siblings, the other number that of the message. */
export const events = {
  domainLifecycle: event('domain', 'domain_lifecycle', 0, 318, domainLifecycle),
  domainReboot: event('domain', 'domain_reboot', 1, 319, domainOnly),
  domainWatchdog: event(
    'domain',
    'domain_watchdog',
    3,
    321,
    struct({ callbackId: int, domain: domainRef, action: int }),
  ),
  /** `reason` is `enospc` when the pool is full */
  domainIoError: event(
    'domain',
    'domain_io_error_reason',
    6,
    324,
    struct({
      callbackId: int,
      domain: domainRef,
      sourcePath: text,
      deviceAlias: text,
      action: int,
      reason: text,
    }),
  ),
  domainControlError: event('domain', 'domain_control_error', 7, 325, domainOnly),
  /** `actual` KiB */
  domainBalloonChange: event(
    'domain',
    'domain_balloon_change',
    13,
    331,
    struct({ callbackId: int, domain: domainRef, actual: size }),
  ),
  domainDeviceRemoved: event(
    'domain',
    'domain_device_removed',
    15,
    333,
    struct({ callbackId: int, domain: domainRef, deviceAlias: text }),
  ),
  /** `state` 1 connected, 2 disconnected */
  domainAgentLifecycle: event(
    'domain',
    'domain_agent_lifecycle',
    18,
    348,
    struct({ callbackId: int, domain: domainRef, state: int, reason: int }),
  ),
  domainMetadataChange: event(
    'domain',
    'domain_metadata_change',
    23,
    379,
    struct({ callbackId: int, domain: domainRef, type: int, uri: optionalText }),
  ),
  /** `event` 0 defined, 1 undefined, 2 started, 3 stopped; the same for pools */
  networkLifecycle: event(
    'network',
    'network_lifecycle',
    0,
    315,
    struct({ callbackId: int, network: networkRef, event: int, detail: int }),
  ),
  poolLifecycle: event(
    'pool',
    'storage_pool_lifecycle',
    0,
    370,
    struct({ callbackId: int, pool: poolRef, event: int, detail: int }),
  ),
  poolRefresh: event('pool', 'storage_pool_refresh', 1, 373, struct({ callbackId: int, pool: poolRef })),
} as const;
