import { createLibvirtDriver } from '../compute/libvirt/driver.ts';
import type { ControlId } from '../domain/control.ts';
import type { Log } from '../domain/log.ts';
import { createDialer } from '../transport/create-dialer.ts';
import type { KnownHosts } from '../transport/known-hosts-store.ts';
import type { Environment } from '../transport/platform.ts';
import type { HostSecretsStore } from '../transport/secrets.ts';
import type { OpenDriver } from './host-session.ts';

interface DriverParts {
  readonly knownHosts: KnownHosts;
  readonly secrets: HostSecretsStore;
  readonly log: Log;
  /** milliseconds of silence after which a host counts as gone */
  readonly linkTimeout?: number | undefined;
  /** whose guests may be changed */
  readonly control?: ControlId | undefined;
  /** left out: this computer's */
  readonly environment?: Environment | undefined;
}

/** Dials a host the way that its row says, and puts the libvirt driver on the link. */
export function openLibvirtDrivers({
  knownHosts,
  secrets,
  linkTimeout,
  log,
  control,
  environment,
}: DriverParts): OpenDriver {
  return async (host, { signal }) => {
    const { address, pool, network, virtMode } = host;
    const secret = secrets.providerFor(host.id);
    const dialer = createDialer(address, { knownHosts, linkTimeout, environment, secrets: secret });
    const link = await dialer.connect({ signal });
    return createLibvirtDriver(link, { address, pool, network, virtMode, linkTimeout, log, control, signal });
  };
}
