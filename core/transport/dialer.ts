import type { Duplex } from 'node:stream';

export interface OpenOptions {
  /** ends the attempt; the promise then rejects with `cancelled` */
  readonly signal?: AbortSignal | undefined;
  /** milliseconds for this one step; a step that takes longer rejects with `transport.timeout` */
  readonly deadline?: number | undefined;
}

/**
 * One authenticated connection to a host, over which any number of byte channels run: libvirt's socket, consoles,
 * VNC displays. For this computer a channel is a plain socket; for a remote host all channels share one SSH connection.
 */
export interface Link {
  readonly kind: 'local' | 'ssh';
  /** the account on the host */
  readonly user: string;
  /**
   * Opens a UNIX socket on the host.
   * @throws ExpectedError `transport.socket_missing`, `transport.socket_forbidden`, `transport.forwarding_disabled`,
   * `transport.timeout`, `transport.closed`, `cancelled`
   */
  openSocket(path: string, options?: OpenOptions): Promise<Duplex>;
  /** Opens a TCP port as seen from the host. Same errors, and `transport.refused`. */
  openTcp(host: string, port: number, options?: OpenOptions): Promise<Duplex>;
  /** Settles once, when the connection is gone: with the reason, or null after `close()`. Never rejects. */
  readonly closed: Promise<Error | null>;
  close(): void;
}

/** Knows one way to one host. Stateless: each `connect` is a fresh attempt. */
export interface Dialer {
  connect(options?: OpenOptions): Promise<Link>;
}
