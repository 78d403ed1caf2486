import type { Writable } from 'node:stream';
import { ExpectedError } from '../../domain/errors.ts';

/** bytes that may wait in the socket before streams have to wait too */
const ROOM = 1024 * 1024;

/**
 * What goes out. Calls are always taken (their number is bounded elsewhere); streams wait for `room`, so that an upload
 * holds about a megabyte and no more, however slow the link.
 */
export class Outbox {
  readonly #out: Writable;
  readonly #onProgress: () => void;
  #waiting: (() => void)[] = [];
  #pending = 0;

  /** @param onProgress called when bytes leave a full outbox. Where there is room, buffers take them, and that says nothing. */
  constructor(out: Writable, onProgress: () => void) {
    this.#out = out;
    this.#onProgress = onProgress;
  }

  send(frame: Buffer): void {
    if (this.#out.destroyed || this.#out.writableEnded) return;
    this.#pending += frame.length;
    this.#out.write(frame, () => {
      if (this.full) this.#onProgress();
      this.#pending -= frame.length;
      if (this.#pending < ROOM) this.release();
    });
  }

  get full(): boolean {
    return this.#pending >= ROOM;
  }

  /** Resolves when there is room, or when the connection closes. @param deadline milliseconds without any room */
  async room(deadline: number): Promise<void> {
    if (!this.full) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(stalled(deadline)), deadline);
    this.#waiting.push(resolve);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets everybody who waits go on: they look again themselves. */
  release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

function stalled(deadline: number): ExpectedError {
  return new ExpectedError(
    'libvirt.timeout',
    `The host has taken no data of the transfer for ${deadline / 1000} seconds.`,
    { remedy: "Check the host's disk and the network link, then try again." },
  );
}
