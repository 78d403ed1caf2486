import { ExpectedError, isExpected } from '../domain/errors.ts';
import { AUTH, connect, FEATURE } from './protocol/connect.ts';
import type { CallOptions } from './rpc/calls.ts';
import type { RpcClient } from './rpc/client.ts';

/** What the host answered when it was asked who it is. */
export interface HostIdentity {
  readonly hostname: string;
  /** `QEMU` or `TEST` */
  readonly driver: string;
  /** dotted */
  readonly libvirtVersion: string;
  readonly features: Features;
}

interface Features {
  readonly keepalive: boolean;
  readonly eventCallback: boolean;
  /** NETWORK_UPDATE takes its arguments in the documented order */
  readonly networkUpdateOrder: boolean;
}

/** Authenticates, opens `uri` and asks the host for its name, version and features: three round trips. */
export async function handshake(client: RpcClient, uri: string, options: CallOptions): Promise<HostIdentity> {
  await authenticate(client, options);
  await client.call(connect.open, { name: uri, flags: 0 }, options);
  const has = (feature: number) => supports(client, feature, options);
  const [hostname, type, lib, keepalive, eventCallback, networkUpdateOrder] = await Promise.all([
    client.call(connect.getHostname, {}, options),
    client.call(connect.getType, {}, options),
    client.call(connect.getLibVersion, {}, options),
    has(FEATURE.keepalive),
    has(FEATURE.eventCallback),
    has(FEATURE.networkUpdateOrder),
  ]);
  return {
    hostname: hostname.hostname,
    driver: type.type,
    libvirtVersion: dotted(lib.version),
    features: { keepalive, eventCallback, networkUpdateOrder },
  };
}

async function authenticate(client: RpcClient, options: CallOptions): Promise<void> {
  const { types } = await client.call(connect.authList, {}, options);
  if (types.length === 0 || types.includes(AUTH.none)) return;
  if (!types.includes(AUTH.polkit)) {
    throw new ExpectedError('libvirt.auth', 'libvirt on this host asks for a SASL login on its socket.', {
      remedy:
        'Set `auth_unix_rw = "none"` or `"polkit"` in its libvirtd.conf: SSH already guards the socket.',
    });
  }
  if (!(await passPolkit(client, options))) throw refusedByPolkit();
}

async function passPolkit(client: RpcClient, options: CallOptions): Promise<boolean> {
  try {
    return (await client.call(connect.authPolkit, {}, options)).complete;
  } catch (error) {
    if (isExpected(error, 'libvirt.auth', 'libvirt.error')) throw refusedByPolkit(error);
    throw error;
  }
}

function refusedByPolkit(cause?: unknown): ExpectedError {
  return new ExpectedError('libvirt.auth', "The host's polkit did not let this account use libvirt.", {
    cause,
    remedy:
      'Put the account into group libvirt, as root on the host: usermod -aG libvirt ACCOUNT — it counts from the next login on. An account’s own libvirt (qemu:///session) needs no leave.',
  });
}

/** A host too old to know the question does not have the feature. */
async function supports(client: RpcClient, feature: number, options: CallOptions): Promise<boolean> {
  try {
    return (await client.call(connect.supportsFeature, { feature }, options)).supported;
  } catch (error) {
    if (isExpected(error, 'libvirt.unsupported', 'libvirt.error')) return false;
    throw error;
  }
}

/** A version as people write it. @param version major * 1,000,000 + minor * 1,000 + release */
export function dotted(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}
