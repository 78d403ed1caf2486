import { createCipheriv } from 'node:crypto';
import type { Duplex } from 'node:stream';

class Refused extends Error {}

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
  if ((await reader.take(4)).readUInt32BE() !== 0) throw new Refused('the VNC server refused the password');
}

/** Logs in, by password or where none is asked. @throws Error when the server will not have it */
async function begin(stream: Duplex, password: string | null): Promise<Reader> {
  const reader = new Reader(stream);
  await reader.take(12);
  stream.write('RFB 003.008\n');
  await authenticate(stream, reader, password);
  return reader;
}

/** Logs in with a password and hangs up. @returns whether the server took it */
export async function takesPassword(stream: Duplex, password: string): Promise<boolean> {
  try {
    await begin(stream, password);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  } finally {
    stream.destroy();
  }
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** four bytes each */
  readonly pixels: Buffer;
}

/** Speaks RFB 3.8 (RFC 6143) until the first whole picture has arrived, asked for as raw pixels. */
export async function firstFrame(stream: Duplex, password: string | null): Promise<Frame> {
  const reader = await begin(stream, password);
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
  const parts: Buffer[] = [];
  for (let left = header.readUInt16BE(2); left > 0; left--) {
    const rectangle = await reader.take(12);
    parts.push(await reader.take(rectangle.readUInt16BE(4) * rectangle.readUInt16BE(6) * bytes));
  }
  return { width, height, pixels: Buffer.concat(parts) };
}
