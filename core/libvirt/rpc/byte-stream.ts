import { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { ExpectedError } from '../../domain/errors.ts';
import { malformed } from '../protocol/xdr-buffers.ts';
import type { StreamChannel, StreamSink } from './stream-channel.ts';

/**
 * What happens when nobody reads. libvirt has no flow control for one stream: the only brake is to stop reading the whole
 * connection, calls and pings of all others included. So `end`, the default, gives up the stream with a clear error, and
 * `pause` is for a connection that serves one transfer alone.
 */
export type Overflow = 'end' | 'pause';

interface ByteStreamOptions {
  readonly overflow: Overflow;
  /** bytes that may wait for a reader */
  readonly limit: number;
  /** false: the stream only brings bytes */
  readonly writable: boolean;
}

const READ_AHEAD = 64 * 1024;

/** A console, a screenshot or a download as an ordinary Duplex. Ending either side ends the whole. */
export class ByteStream extends Duplex {
  readonly #options: ByteStreamOptions;
  #channel: StreamChannel | null = null;
  #reading = true;

  constructor(options: ByteStreamOptions) {
    const shape = {
      writable: options.writable,
      allowHalfOpen: false,
      // _read, which ends a pause, must not come before much of what waits has been read
      readableHighWaterMark: Math.min(READ_AHEAD, Math.floor(options.limit / 2)),
    };
    super(shape);
    this.#options = options;
  }

  /** @internal where the packets of `channel` go */
  readonly sink: StreamSink = {
    data: (bytes) => this.#take(bytes),
    hole: () => {
      throw malformed('a hole came in a stream that was not asked to be sparse');
    },
    // a failure has destroyed the stream already
    end: () => void this.#finish().catch(() => undefined),
    closed: (error) => {
      if (error === null) this.#endReading();
      else this.destroy(error);
    },
  };

  /** @internal */
  attach(channel: StreamChannel): void {
    this.#channel = channel;
  }

  #take(bytes: Buffer): void {
    if (this.destroyed || !this.#reading) return;
    this.push(bytes);
    if (this.readableLength <= this.#options.limit) return;
    if (this.#options.overflow === 'pause') this.#channel?.pause(true);
    else this.destroy(unread(this.#options.limit));
  }

  #endReading(): void {
    if (this.#reading) this.push(null);
    this.#reading = false;
  }

  async #finish(): Promise<void> {
    try {
      await this.#channel?.finish();
      this.#endReading();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  override _read(): void {
    this.#channel?.pause(false);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    callbackify(async () => this.#channel?.write(chunk))(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    callbackify(() => this.#finish())(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel?.abort(error);
    done(error);
  }
}

function unread(limit: number): ExpectedError {
  return new ExpectedError(
    'transport.closed',
    `The stream was closed: ${limit} bytes waited and nobody read them.`,
    { remedy: 'Open it again.' },
  );
}
