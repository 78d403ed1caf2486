import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { ExpectedError } from '../domain/errors.ts';
import { ChannelStream } from './channel-stream.ts';
import { withDeadline } from './deadline.ts';
import type { Link, OpenOptions } from './dialer.ts';
import { drawPromptAnswers } from './prompt-answers.ts';
import type { Hop } from './route.ts';
import { diagnoseSocket, isProhibited, type OpenFailure, tcpError } from './socket-diagnosis.ts';
import { timedOut } from './tcp.ts';
import { watchForSilence } from './watchdog.ts';

type OpenCallback = (error: (Error & { reason?: unknown }) | undefined, channel: ClientChannel) => void;
type Opener = (done: OpenCallback) => void;

/** Milliseconds for a goodbye that nobody answers. */
const GOODBYE = 500;

/** a byte stream that tells how much was read of it */
export type LinkSocket = Duplex & { readonly bytesRead: number };

interface LinkParts {
  readonly hop: Hop;
  readonly client: Client;
  /** the byte stream below */
  readonly socket: LinkSocket;
  /** the connection to the jump host that the stream runs through */
  readonly parent: SshLink | null;
  readonly linkTimeout: number;
}

function letGo(late: ChannelStream | OpenFailure): void {
  if (late instanceof ChannelStream) late.destroy();
}

/** One authenticated SSH connection with all its channels. */
export class SshLink implements Link {
  readonly kind = 'ssh';
  readonly user: string;
  readonly closed: Promise<Error | null>;
  readonly #parts: LinkParts;
  readonly #streams = new Set<ChannelStream>();
  /** requests that the server has not answered */
  readonly #waiting = new Set<(reason: Error) => void>();
  readonly #settleClosed: (reason: Error | null) => void;
  readonly #watchdog: Disposable;
  #open = true;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.user = parts.hop.user;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    this.closed = promise;
    this.#settleClosed = resolve;
    const { client, socket, hop, linkTimeout } = parts;
    this.#watchdog = watchForSilence(socket, linkTimeout, () =>
      this.#end(this.#lost(`nothing was heard for ${linkTimeout / 1000} s`)),
    );
    client.on('error', (error) => this.#end(this.#lost(error.message, error)));
    client.on('end', () => this.#end(this.#lost(`${hop.label} ended it`)));
    client.on('close', () => this.#end(this.#lost('it was cut')));
    if (socket.destroyed) this.#end(this.#lost('it was cut'));
    drawPromptAnswers(client, socket);
  }

  #lost(why: string, cause?: unknown): ExpectedError {
    return new ExpectedError(
      'transport.closed',
      `The connection to ${this.#parts.hop.label} is gone: ${why}.`,
      {
        cause,
        remedy:
          'Check that the host is on and the network between works; Micronova connects again by itself.',
      },
    );
  }

  /** Everything that rests on the connection goes with it, at once and in the same turn. */
  #end(reason: ExpectedError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#watchdog[Symbol.dispose]();
    for (const stream of this.#streams) stream.abandon(reason);
    for (const reject of this.#waiting) reject(reason ?? this.#lost('it was closed here'));
    if (reason === null) this.#sayGoodbye();
    else this.#letGo();
    this.#settleClosed(reason);
  }

  /** The jump host was there for this link alone. */
  #letGo(): void {
    this.#parts.socket.destroy();
    this.#parts.parent?.close();
  }

  #sayGoodbye(): void {
    const { client, socket } = this.#parts;
    const over = (): void => {
      clearTimeout(timer);
      this.#letGo();
    };
    const timer = setTimeout(over, GOODBYE);
    socket.once('finish', over).once('close', over);
    client.end();
  }

  close(): void {
    this.#end(null);
  }

  async openSocket(path: string, options: OpenOptions = {}): Promise<Duplex> {
    const opened = await this.#requestSocket(path, options);
    if (opened instanceof ChannelStream) return opened;
    throw await diagnoseSocket({
      path,
      hop: this.#parts.hop,
      failure: opened,
      canOpen: (probe) => this.#canOpen(probe, options),
      tcpProhibited: () => this.#tcpProhibited(options),
    });
  }

  async openTcp(host: string, port: number, options: OpenOptions = {}): Promise<Duplex> {
    return this.openTcpStream(host, port, options);
  }

  /** As `openTcp`; the stream tells how much was read, as a jump host's watchdog needs it. */
  async openTcpStream(host: string, port: number, options: OpenOptions): Promise<ChannelStream> {
    const opened = await this.#requestTcp(host, port, options);
    if (opened instanceof ChannelStream) return opened;
    throw tcpError(this.#parts.hop, host, port, opened);
  }

  async #canOpen(path: string, options: OpenOptions): Promise<boolean> {
    const opened = await this.#requestSocket(path, options);
    if (opened instanceof ChannelStream) opened.destroy();
    return opened instanceof ChannelStream;
  }

  async #tcpProhibited(options: OpenOptions): Promise<boolean> {
    const opened = await this.#requestTcp('127.0.0.1', 1, options);
    if (!(opened instanceof ChannelStream)) return isProhibited(opened);
    opened.destroy();
    return false;
  }

  #requestSocket(path: string, options: OpenOptions): Promise<ChannelStream | OpenFailure> {
    return this.#tryOpen(`the socket ${path}`, options, (done) =>
      this.#parts.client.openssh_forwardOutStreamLocal(path, done),
    );
  }

  #requestTcp(host: string, port: number, options: OpenOptions): Promise<ChannelStream | OpenFailure> {
    return this.#tryOpen(`${host} port ${port}`, options, (done) =>
      this.#parts.client.forwardOut('127.0.0.1', 0, host, port, done),
    );
  }

  /** A refusal by the server is an answer, not an exception: it wants looking into. */
  async #tryOpen(what: string, options: OpenOptions, open: Opener): Promise<ChannelStream | OpenFailure> {
    const deadline = options.deadline ?? this.#parts.linkTimeout;
    const onTimeout = (): ExpectedError =>
      timedOut(
        `${this.#parts.hop.label} did not answer the request to open ${what}`,
        deadline,
        'Check the load of the host, then try again.',
      );
    return withDeadline({ signal: options.signal, deadline, onTimeout, release: letGo }, () =>
      this.#request(open),
    );
  }

  #request(open: Opener): Promise<ChannelStream | OpenFailure> {
    const { promise, resolve, reject } = Promise.withResolvers<ChannelStream | OpenFailure>();
    if (!this.#open) throw this.#lost('it was closed before');
    this.#waiting.add(reject);
    open((error, channel) => {
      this.#waiting.delete(reject);
      if (error === undefined) resolve(this.#adopt(channel));
      else if (!this.#open) reject(this.#lost(error.message, error));
      else resolve({ reason: typeof error.reason === 'number' ? error.reason : null, error });
    });
    return promise;
  }

  #adopt(channel: ClientChannel): ChannelStream {
    const stream = new ChannelStream(channel, this.#parts.socket);
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return stream;
  }
}
