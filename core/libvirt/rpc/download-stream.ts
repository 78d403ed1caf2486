import type { StreamChannel, StreamSink } from './stream-channel.ts';

export type Piece =
  | { readonly type: 'data'; readonly bytes: Buffer }
  /** bytes that read as zero and were not sent */
  | { readonly type: 'hole'; readonly length: number };

interface Limits {
  /** bytes that may wait for the reader before the connection is paused */
  readonly limit: number;
}

/**
 * A sparse download: data and holes in order, to be read with `for await`. A reader that falls behind pauses the whole
 * connection, so give it one of its own. Leaving the loop early gives the download up.
 */
export class DownloadStream implements AsyncIterable<Piece> {
  readonly #limit: number;
  #channel: StreamChannel | null = null;
  #pieces: Piece[] = [];
  #waitingBytes = 0;
  #over: { readonly error: Error | null } | null = null;
  #wake: () => void = () => undefined;

  constructor(limits: Limits) {
    this.#limit = limits.limit;
  }

  /** @internal where the packets of `channel` go */
  readonly sink: StreamSink = {
    data: (bytes) => {
      this.#pieces.push({ type: 'data', bytes });
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes > this.#limit) this.#channel?.pause(true);
      this.#wake();
    },
    hole: (length) => {
      this.#pieces.push({ type: 'hole', length });
      this.#wake();
    },
    end: () => void this.#channel?.finish().catch(() => undefined),
    closed: (error) => {
      this.#over = { error };
      this.#wake();
    },
  };

  /** @internal */
  attach(channel: StreamChannel): void {
    this.#channel = channel;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Piece> {
    try {
      while (true) {
        yield* this.#drain();
        if (this.#over !== null) break;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      if (this.#over.error !== null) throw this.#over.error;
    } finally {
      this.#channel?.abort(null);
    }
  }

  *#drain(): Generator<Piece> {
    while (this.#pieces.length > 0) {
      const pieces = this.#pieces;
      this.#pieces = [];
      this.#waitingBytes = 0;
      this.#channel?.pause(false);
      yield* pieces;
    }
  }
}
