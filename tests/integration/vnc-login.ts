import { createCipheriv } from 'node:crypto';
import type { Duplex } from 'node:stream';

/** VNC's DES takes each byte of the password with its bits the other way round. */
function mirrored(byte: number): number {
  return Number.parseInt(byte.toString(2).padStart(8, '0').split('').toReversed().join(''), 2);
}

function answer(password: string, challenge: Buffer): Buffer {
  const key = Buffer.alloc(8);
  key.write(password, 'latin1');
  const turned = Buffer.from(key.map(mirrored));
  // Three times the same key makes triple DES plain DES, which newer OpenSSL hides.
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([turned, turned, turned]), null);
  return cipher.setAutoPadding(false).update(challenge);
}

/** Logs in to a VNC server by password (RFC 6143 7.2.2), and hangs up. @returns whether it was let in */
export async function vncLogin(stream: Duplex, password: string): Promise<boolean> {
  const read = async (length: number): Promise<Buffer> => {
    while (true) {
      const bytes: unknown = stream.read(length);
      if (Buffer.isBuffer(bytes)) return bytes;
      await new Promise<void>((resolve, reject) => {
        stream.once('readable', resolve);
        stream.once('error', reject);
        stream.once('end', () => reject(new Error('the VNC server hung up')));
      });
    }
  };
  const version = await read(12);
  stream.write(version);
  const types = await read((await read(1)).readUInt8());
  if (!types.includes(2)) throw new Error(`the VNC server offers ${types.toString('hex')}, not a password`);
  stream.write(Buffer.from([2]));
  stream.write(answer(password, await read(16)));
  const result = await read(4);
  stream.destroy();
  return result.readUInt32BE() === 0;
}
