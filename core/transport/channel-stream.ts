import { Duplex, type Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { ExpectedError } from '../domain/errors.ts';
import { gatherWrites } from './gather-writes.ts';

/**
 * An SSH channel as a well-behaved stream. ssh2's own never emits `close` after `destroy()`, and leaves a write that was
 * waiting for window unanswered for ever when the channel or the connection goes away.
 */
export class ChannelStream extends Duplex {
  readonly #channel: ClientChannel;
  readonly #socket: Writable;
  #pendingWrite: ((error?: Error | null) => void) | null = null;
  #linkGone = false;
  #bytesRead = 0;

  /** @param socket what the connection's packets are written to */
  constructor(channel: ClientChannel, socket: Writable) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    this.#socket = socket;
    channel.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length;
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', (error: Error) => this.destroy(error));
    channel.on('close', () => this.#onChannelClose());
  }

  /** as net.Socket has it; the watchdog of a connection through this channel reads it */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** The connection below is gone: nothing may be sent any more, not even a goodbye. */
  abandon(reason: Error | null): void {
    this.#linkGone = true;
    this.destroy(reason ?? undefined);
  }

  #onChannelClose(): void {
    const waiting = this.#takePendingWrite();
    waiting?.(new ExpectedError('transport.closed', 'The other end closed the channel.'));
    if (!this.readableEnded) this.push(null);
  }

  #takePendingWrite(): ((error?: Error | null) => void) | null {
    const waiting = this.#pendingWrite;
    this.#pendingWrite = null;
    return waiting;
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pendingWrite = done;
    gatherWrites(this.#socket);
    this.#channel.write(chunk, () => this.#takePendingWrite()?.());
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#linkGone) this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pendingWrite = null;
    if (!this.#linkGone) {
      this.#channel.close();
      // What still arrives is thrown away, else the channel would never see its end.
      this.#channel.resume();
    }
    done(error);
  }
}
