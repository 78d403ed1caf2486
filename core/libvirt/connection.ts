import type { Duplex } from 'node:stream';
import { ExpectedError } from '../domain/errors.ts';
import { silentLog, type Log } from '../domain/log.ts';
import { EventHub, type Subscription } from './event-hub.ts';
import { dotted, handshake, type HostIdentity } from './handshake.ts';
import { connect } from './protocol/connect.ts';
import { network, type NetworkUpdate } from './protocol/network.ts';
import type { EventKind, EventMessage, Procedure } from './protocol/procedure.ts';
import { ByteStream, type Overflow } from './rpc/byte-stream.ts';
import type { CallOptions } from './rpc/calls.ts';
import { RpcClient, type StreamEnd } from './rpc/client.ts';
import { DownloadStream } from './rpc/download-stream.ts';
import { UploadStream } from './rpc/upload-stream.ts';

export type { CallOptions };

export interface ConnectionOptions {
  readonly signal?: AbortSignal | undefined;
  /** milliseconds for the whole of the opening */
  readonly deadline?: number | undefined;
  /** milliseconds of silence after which the host counts as gone; 0: never */
  readonly keepalive?: number | undefined;
  readonly log?: Log | undefined;
}

export interface StreamOptions extends CallOptions {
  /** @see Overflow */
  readonly overflow?: Overflow | undefined;
  /** bytes that may wait for a reader */
  readonly limit?: number | undefined;
}

const KEEPALIVE = 10_000;
const OPEN_DEADLINE = 15_000;
const GOODBYE_DEADLINE = 1_000;
const STREAM_LIMIT = 8 * 1024 * 1024;

/**
 * One connection to a host's libvirt. Transfers want one of their own: a stream's packets and everybody's calls share the
 * same pipe. Rejects with ExpectedError: `libvirt.*`, `transport.*`, `host.disk_full`, `conflict`, `cancelled`.
 */
export class LibvirtConnection implements AsyncDisposable {
  readonly #client: RpcClient;
  readonly #events: EventHub;
  readonly uri: string;
  /** who is at the other end, and what it can do */
  readonly identity: HostIdentity;

  private constructor(client: RpcClient, events: EventHub, uri: string, identity: HostIdentity) {
    this.#client = client;
    this.#events = events;
    this.uri = uri;
    this.identity = identity;
  }

  /** Logs in to libvirt over `duplex`, which belongs to the connection from then on and is destroyed with it. */
  static async open(
    duplex: Duplex,
    uri: string,
    options: ConnectionOptions = {},
  ): Promise<LibvirtConnection> {
    const log = options.log ?? silentLog;
    let events: EventHub | null = null;
    const client = new RpcClient(duplex, { log, onMessage: (...message) => events?.receive(...message) });
    const hub = new EventHub(client, log);
    events = hub;
    try {
      const limits = { signal: options.signal, deadline: options.deadline ?? OPEN_DEADLINE };
      const identity = await handshake(client, uri, limits);
      const keepalive = options.keepalive ?? KEEPALIVE;
      if (identity.features.keepalive && keepalive > 0) client.startKeepalive(keepalive);
      return new LibvirtConnection(client, hub, uri, identity);
    } catch (error) {
      client.close(null);
      throw error;
    }
  }

  /** Settles once, when the connection is gone: with the reason, or null after `close()`. Never rejects. */
  get closed(): Promise<Error | null> {
    return this.#client.closed;
  }

  call<A, R>(procedure: Procedure<A, R, 'none'>, args: A, options: CallOptions = {}): Promise<R> {
    return this.#client.call(procedure, args, options);
  }

  /** Dotted. The host probes its QEMU for this, which can take a second. */
  async hypervisorVersion(options: CallOptions = {}): Promise<string> {
    return dotted((await this.call(connect.getVersion, {}, options)).version);
  }

  /** A console, screenshot or plain download. `signal` in the options ends the opening, not the stream: destroy that. */
  async openStream<A, R>(
    procedure: Procedure<A, R, 'read' | 'both'>,
    args: A,
    options: StreamOptions = {},
  ): Promise<{ readonly result: R; readonly stream: ByteStream }> {
    const stream = new ByteStream({
      overflow: options.overflow ?? 'end',
      limit: options.limit ?? STREAM_LIMIT,
      writable: procedure.stream === 'both',
    });
    return { result: await this.#start(procedure, args, stream, options), stream };
  }

  /** A download opened with SPARSE_STREAM. */
  async openDownload<A>(
    procedure: Procedure<A, void, 'read'>,
    args: A,
    options: StreamOptions = {},
  ): Promise<DownloadStream> {
    const stream = new DownloadStream({ limit: options.limit ?? STREAM_LIMIT });
    await this.#start(procedure, args, stream, options);
    return stream;
  }

  async openUpload<A>(
    procedure: Procedure<A, void, 'write'>,
    args: A,
    options: CallOptions = {},
  ): Promise<UploadStream> {
    const stream = new UploadStream();
    await this.#start(procedure, args, stream, options);
    return stream;
  }

  #start<A, R>(procedure: Procedure<A, R>, args: A, end: StreamEnd, options: CallOptions): Promise<R> {
    return this.#client.openStream(procedure, args, end, options);
  }

  /** Hosts before libvirt 7.1 expect command and section the other way round. */
  async updateNetwork(update: NetworkUpdate, options: CallOptions = {}): Promise<void> {
    const { command, section } = update;
    const swapped = { ...update, command: section, section: command };
    const inOrder = this.identity.features.networkUpdateOrder;
    await this.call(network.update, inOrder ? update : swapped, options);
  }

  /**
   * Hears an event from now on; the host is asked once for each kind. Await `ready` to be sure that nothing is missed
   * after it; it rejects when the host does not know the event.
   */
  on<M extends EventMessage>(kind: EventKind<M>, listener: (message: M) => void): Subscription {
    if (this.identity.features.eventCallback) return this.#events.on(kind, listener);
    throw new ExpectedError(
      'libvirt.unsupported',
      `libvirt on this host cannot report ${kind.name} events.`,
      {
        remedy: 'Install libvirt 6 or newer on the host.',
      },
    );
  }

  /** Says goodbye where that is possible, and closes. */
  async close(): Promise<void> {
    const bye = this.call(connect.close, {}, { deadline: GOODBYE_DEADLINE });
    await bye.catch(() => undefined);
    this.#client.close(null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
