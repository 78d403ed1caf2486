import { createCipheriv } from 'node:crypto';
import type { Duplex } from 'node:stream';

/** Reads exact lengths from a byte stream. */
class Reader {
  #buffer = Buffer.alloc(0);
  #wanted: { length: number; resolve: (bytes: Buffer) => void; reject: (error: Error) => void } | null = null;

  constructor(stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#serve();
    });
    stream.on('error', (error: Error) => this.#wanted?.reject(error));
    stream.on('close', () => this.#wanted?.reject(new Error('the display was closed')));
  }

  take(length: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#wanted = { length, resolve, reject };
      this.#serve();
    });
  }

  #serve(): void {
    const wanted = this.#wanted;
    if (wanted === null || this.#buffer.length < wanted.length) return;
    this.#wanted = null;
    const bytes = this.#buffer.subarray(0, wanted.length);
    this.#buffer = this.#buffer.subarray(wanted.length);
    wanted.resolve(bytes);
  }
}

// DES takes the bits of each key byte in reverse in RFB (RFC 6143, 7.2.2); 3DES with one key three times is DES.
function answer(challenge: Buffer, password: string): Buffer {
  const key = Buffer.alloc(8);
  key.write(password.slice(0, 8), 'latin1');
  const reversed = key.map((byte) =>
    Number.parseInt(byte.toString(2).padStart(8, '0').split('').toReversed().join(''), 2),
  );
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([reversed, reversed, reversed]), null);
  return cipher.setAutoPadding(false).update(challenge);
}

async function authenticate(stream: Duplex, reader: Reader, password: string | null): Promise<void> {
  const types = await reader.take((await reader.take(1)).readUInt8());
  const type = password !== null && types.includes(2) ? 2 : 1;
  if (!types.includes(type)) throw new Error(`the VNC server offers security types ${[...types].join(', ')}`);
  stream.write(Buffer.from([type]));
  if (type === 2 && password !== null) stream.write(answer(await reader.take(16), password));
  if ((await reader.take(4)).readUInt32BE() !== 0) throw new Error('the VNC server refused the password');
}

/**
 * Speaks RFB 3.8 (RFC 6143) until the first whole picture has arrived, asked for as raw pixels.
 * @returns width and height of the screen
 */
export async function firstFrame(
  stream: Duplex,
  password: string | null,
): Promise<{ width: number; height: number }> {
  const reader = new Reader(stream);
  await reader.take(12);
  stream.write('RFB 003.008\n');
  await authenticate(stream, reader, password);
  stream.write(Buffer.from([1]));
  const init = await reader.take(24);
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  await reader.take(init.readUInt32BE(20));
  const encodings = Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]);
  const request = Buffer.from([3, 0, 0, 0, 0, 0, width >> 8, width & 255, height >> 8, height & 255]);
  stream.write(Buffer.concat([encodings, request]));
  const bytes = init.readUInt8(4) / 8;
  const header = await reader.take(4);
  if (header.readUInt8(0) !== 0)
    throw new Error('the VNC server answered with something other than a picture');
  for (let left = header.readUInt16BE(2); left > 0; left--) {
    const rectangle = await reader.take(12);
    await reader.take(rectangle.readUInt16BE(4) * rectangle.readUInt16BE(6) * bytes);
  }
  return { width, height };
}
