import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ExpectedError } from '../domain/errors.ts';
import { withDeadline } from './deadline.ts';
import { DEFAULT_LINK_TIMEOUT, type DialerDeps } from './dial-options.ts';
import type { Dialer, Link, OpenOptions } from './dialer.ts';
import { currentEnvironment, type Environment } from './platform.ts';
import { socketForbidden, socketMissing } from './socket-diagnosis.ts';
import { connectTcp, resolveHost, timedOut } from './tcp.ts';

const HERE = 'this computer';

function socketError(error: unknown, path: string, user: string): ExpectedError {
  if (error instanceof ExpectedError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return socketForbidden(path, user, HERE, error);
  return socketMissing(path, HERE, error);
}

async function connectSocket(
  path: string,
  user: string,
  options: OpenOptions,
  fallback: number,
): Promise<Socket> {
  const deadline = options.deadline ?? fallback;
  const onTimeout = (): ExpectedError =>
    timedOut(
      `${path} did not answer`,
      deadline,
      'Check that the program behind it is not stuck, e.g. restart libvirtd.',
    );
  const socket = new Socket();
  try {
    await withDeadline({ signal: options.signal, deadline, onTimeout }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.once('connect', resolve).on('error', reject).connect(path);
      return promise;
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw socketError(error, path, user);
  }
}

/** This computer: every channel is a plain socket. */
class LocalLink implements Link {
  readonly kind = 'local';
  readonly user: string;
  readonly closed: Promise<Error | null>;
  readonly #settleClosed: (reason: null) => void;
  readonly #linkTimeout: number;
  readonly #sockets = new Set<Socket>();
  #open = true;

  constructor(environment: Environment, linkTimeout: number) {
    this.user = environment.username;
    this.#linkTimeout = linkTimeout;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    this.closed = promise;
    this.#settleClosed = resolve;
  }

  async openSocket(path: string, options: OpenOptions = {}): Promise<Duplex> {
    return this.#adopt(await connectSocket(path, this.user, options, this.#linkTimeout));
  }

  async openTcp(host: string, port: number, options: OpenOptions = {}): Promise<Duplex> {
    const limits = { signal: options.signal, deadline: options.deadline ?? this.#linkTimeout };
    return this.#adopt(await connectTcp(host, await resolveHost(host, limits), port, limits));
  }

  #adopt(socket: Socket): Socket {
    if (!this.#open) {
      socket.destroy();
      throw new ExpectedError('transport.closed', `The connection to ${HERE} was closed.`);
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  close(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
    this.#settleClosed(null);
  }
}

export class LocalDialer implements Dialer {
  readonly #deps: DialerDeps;

  constructor(deps: DialerDeps) {
    this.#deps = deps;
  }

  async connect(): Promise<Link> {
    const environment = this.#deps.environment ?? currentEnvironment();
    if (environment.platform === 'win32') {
      throw new ExpectedError('not_supported', 'There is no libvirt on Windows.', {
        remedy: 'Add a Linux host over SSH.',
      });
    }
    return new LocalLink(environment, this.#deps.linkTimeout ?? DEFAULT_LINK_TIMEOUT);
  }
}
