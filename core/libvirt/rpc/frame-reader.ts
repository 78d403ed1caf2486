import { malformed } from '../protocol/xdr-buffers.ts';
import { FRAME_MAX, HEADER_SIZE } from './frame.ts';

const LENGTH_SIZE = 4;
const FIRST_CAPACITY = 16 * 1024;

/**
 * Cuts a byte stream into frames. A frame that lies within one chunk is a view of it; a frame in many chunks is copied once
 * into a buffer that grows with what has really come, so that a big promise in the length word costs nothing.
 */
export class FrameReader {
  #partial = Buffer.alloc(0);
  #have = 0;

  /** @returns the frames that `chunk` completes; @throws ExpectedError `libvirt.protocol`, after which it must not be used */
  *push(chunk: Buffer): Generator<Buffer> {
    let at = 0;
    while (at < chunk.length) {
      const whole = this.#have === 0 ? this.#cut(chunk, at) : null;
      if (whole !== null) {
        at += whole.length;
        yield whole;
        continue;
      }
      at += this.#collect(chunk, at);
      const frame = this.#complete();
      if (frame !== null) yield frame;
    }
  }

  /** A frame that lies wholly in the chunk. */
  #cut(chunk: Buffer, at: number): Buffer | null {
    if (chunk.length - at < LENGTH_SIZE) return null;
    const end = at + frameLength(chunk, at);
    return end > chunk.length ? null : chunk.subarray(at, end);
  }

  /** Takes what the frame at hand still needs, as far as it is known; @returns bytes taken */
  #collect(chunk: Buffer, at: number): number {
    const need = this.#have < LENGTH_SIZE ? LENGTH_SIZE : frameLength(this.#partial, 0);
    const taken = Math.min(need - this.#have, chunk.length - at);
    this.#reserve(this.#have + taken, need);
    chunk.copy(this.#partial, this.#have, at, at + taken);
    this.#have += taken;
    return taken;
  }

  #reserve(bytes: number, need: number): void {
    if (bytes <= this.#partial.length) return;
    const capacity = Math.max(bytes, Math.min(need, Math.max(FIRST_CAPACITY, this.#partial.length * 2)));
    const grown = Buffer.allocUnsafe(capacity);
    this.#partial.copy(grown, 0, 0, this.#have);
    this.#partial = grown;
  }

  #complete(): Buffer | null {
    if (this.#have < LENGTH_SIZE || this.#have < frameLength(this.#partial, 0)) return null;
    const frame = this.#partial.subarray(0, this.#have);
    this.#partial = Buffer.alloc(0);
    this.#have = 0;
    return frame;
  }
}

function frameLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  if (length < HEADER_SIZE) throw malformed(`its length is ${length} bytes, less than a header`);
  if (length > FRAME_MAX) throw malformed(`its length is ${length} bytes, more than the protocol allows`);
  return length;
}
