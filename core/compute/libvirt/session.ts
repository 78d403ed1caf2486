import type { HostAddress, VirtMode } from '../../contract/index.ts';
import type { z } from 'zod';
import type { ControlId } from '../../domain/control.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { silentLog, type Log } from '../../domain/log.ts';
import { LibvirtConnection, type CallOptions } from '../../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../../libvirt/errors.ts';
import { domain as procedures } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import type { Link } from '../../transport/dialer.ts';
import { openLibvirtSocket } from '../../transport/libvirt-socket.ts';
import { currentEnvironment } from '../../transport/platform.ts';
import { refuseAnothers } from './fence.ts';
import type { StoragePool } from '../../volume/pool.ts';
import { openPool } from '../../volume/prepare-pool.ts';

export interface LibvirtDriverOptions {
  /** where libvirt's socket is, and which URI is meant */
  readonly address: HostAddress;
  /** name of the storage pool for images and disks */
  readonly pool: string;
  /** name of the virtual network for guests */
  readonly network: string;
  readonly virtMode: z.infer<typeof VirtMode>;
  /** whose guests may be changed: ours; left out: everybody's */
  readonly control?: ControlId | undefined;
  /** milliseconds of silence after which the host counts as gone */
  readonly linkTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

/** The folder in which libvirt's packages, tools and security policies expect disks. */
const SYSTEM_POOL = '/var/lib/libvirt/images';

/** One host as the driver's parts see it: the link, the connection for calls, and what was looked up once. */
export class Session {
  readonly link: Link;
  readonly connection: LibvirtConnection;
  readonly options: LibvirtDriverOptions;
  readonly log: Log;
  #pool: StoragePool | null = null;

  private constructor(link: Link, connection: LibvirtConnection, options: LibvirtDriverOptions) {
    this.link = link;
    this.connection = connection;
    this.options = options;
    this.log = options.log ?? silentLog;
  }

  static async open(link: Link, options: LibvirtDriverOptions): Promise<Session> {
    return new Session(link, await connectTo(link, options, options.signal), options);
  }

  /** Another connection, for a transfer or a console: streams share a pipe with calls, and may fill it. */
  openConnection(signal: AbortSignal): Promise<LibvirtConnection> {
    return connectTo(this.link, this.options, signal);
  }

  /** An account's own libvirt: it may not make networks, and its files are its own. */
  get isUserSession(): boolean {
    return this.options.address.uri === 'qemu:///session';
  }

  /** null: guests get QEMU's own user network */
  get network(): string | null {
    return this.isUserSession ? null : this.options.network;
  }

  /** Where a pool `default` belongs; null where that is not known. */
  get usualPoolPath(): string | null {
    if (!this.isUserSession) return SYSTEM_POOL;
    if (this.link.kind !== 'local') return null;
    return `${currentEnvironment().home}/.local/share/libvirt/images`;
  }

  /** @throws ExpectedError `host.pool_missing` */
  async pool(options: CallOptions): Promise<StoragePool> {
    this.#pool ??= await openPool(this.connection, this.options.pool, this.usualPoolPath, options);
    return this.#pool;
  }

  /** A domain to be worked on. @throws ExpectedError `instance.taken_over` when it is another Micronova's */
  async findDomain(guestId: string, options: CallOptions): Promise<DomainRef | null> {
    const found = await this.lookUp(guestId, options);
    const { control } = this.options;
    if (found !== null && control !== undefined) {
      await refuseAnothers(this.connection, found, control, options);
    }
    return found;
  }

  /** Any domain, whoever it belongs to: to be looked at only. */
  async lookUp(guestId: string, options: CallOptions): Promise<DomainRef | null> {
    try {
      return (await this.connection.call(procedures.lookupByUuid, { uuid: guestId }, options)).domain;
    } catch (error) {
      if (isVirError(error, VIR_ERR.noDomain)) return null;
      throw error;
    }
  }

  /** A domain to be worked on. @throws ExpectedError `libvirt.not_found`, `instance.taken_over` */
  async domain(guestId: string, options: CallOptions): Promise<DomainRef> {
    const found = await this.findDomain(guestId, options);
    if (found) return found;
    throw new ExpectedError('libvirt.not_found', `The host has no guest ${guestId}`, {
      remedy: 'It was removed on the host. Delete the instance.',
    });
  }
}

async function connectTo(
  link: Link,
  options: LibvirtDriverOptions,
  signal: AbortSignal | undefined,
): Promise<LibvirtConnection> {
  const { address, log, linkTimeout } = options;
  const { stream } = await openLibvirtSocket(link, address, signal && { signal });
  return LibvirtConnection.open(stream, address.uri, { signal, log, keepalive: linkTimeout });
}
