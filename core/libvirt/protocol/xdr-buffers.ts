import { ExpectedError } from '../../domain/errors.ts';

/** Bytes that do not mean what the protocol says they must. */
export function malformed(what: string): ExpectedError {
  return new ExpectedError('libvirt.protocol', `The host sent a malformed libvirt message: ${what}.`, {
    remedy: 'Check that the host runs a supported libvirt and that nothing else listens on its socket.',
  });
}

/** A value that the protocol has no place for. */
export function unsendable(what: string): ExpectedError {
  return new ExpectedError('bad_input', `This cannot be sent to libvirt: ${what}.`);
}

/** XDR fills every item up to a multiple of four bytes (RFC 4506, section 3). */
export function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

/** Grows as it is written; big-endian, four-byte aligned. */
export class XdrWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  #room(bytes: number): number {
    const at = this.#length;
    const needed = at + bytes;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#length = needed;
    return at;
  }

  int(value: number): void {
    const at = this.#room(4);
    this.#buffer.writeInt32BE(value, at);
  }

  uint(value: number): void {
    const at = this.#room(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  hyper(value: bigint): void {
    const at = this.#room(8);
    this.#buffer.writeBigInt64BE(value, at);
  }

  uhyper(value: bigint): void {
    const at = this.#room(8);
    this.#buffer.writeBigUInt64BE(value, at);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  bytes(value: Uint8Array): void {
    const fill = padding(value.length);
    const at = this.#room(value.length + fill);
    this.#buffer.set(value, at);
    this.#buffer.fill(0, at + value.length, at + value.length + fill);
  }

  /** @returns what was written; the writer must not be used afterwards */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Reads within its bounds only; every overrun is `libvirt.protocol`. */
export class XdrReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#buffer.length - this.#at;
  }

  #take(bytes: number): number {
    if (bytes > this.left) throw malformed(`it ends ${bytes - this.left} bytes too early`);
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  int(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  uint(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  hyper(): bigint {
    return this.#buffer.readBigInt64BE(this.#take(8));
  }

  uhyper(): bigint {
    return this.#buffer.readBigUInt64BE(this.#take(8));
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#take(8));
  }

  /** A view, not a copy: valid as long as the message is. */
  bytes(length: number): Buffer {
    const at = this.#take(length);
    const fill = padding(length);
    const end = this.#take(fill);
    for (let i = 0; i < fill; i++) {
      if (this.#buffer[end + i] !== 0) throw malformed('its padding is not zero');
    }
    return this.#buffer.subarray(at, at + length);
  }

  /** @throws ExpectedError when something is left over */
  end(): void {
    if (this.left > 0) throw malformed(`${this.left} bytes are left over`);
  }
}
