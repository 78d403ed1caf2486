import type { StreamChannel, StreamSink } from './stream-channel.ts';

/**
 * Bytes and holes to a volume. Await each call before the next: that is the back-pressure. Whatever the host finds wrong
 * (`host.disk_full`, …) rejects the call at hand or the next one.
 */
export class UploadStream implements AsyncDisposable {
  #channel: StreamChannel | null = null;

  /** @internal the host sends nothing but the end of an upload */
  readonly sink: StreamSink = {
    data: () => undefined,
    hole: () => undefined,
    end: () => undefined,
    closed: () => undefined,
  };

  /** @internal */
  attach(channel: StreamChannel): void {
    this.#channel = channel;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#channel?.write(bytes);
  }

  /** Only where the upload was opened with SPARSE_STREAM. @param length bytes */
  async hole(length: number): Promise<void> {
    await this.#channel?.writeHole(length);
  }

  /** Resolves when the host has written all of it. */
  async finish(): Promise<void> {
    await this.#channel?.finish();
  }

  /** Gives it up; what the host has written so far stays there. */
  abort(reason: Error | null = null): void {
    this.#channel?.abort(reason);
  }

  /** Gives it up unless it is finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
  }
}
