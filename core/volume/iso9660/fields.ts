/** Numbers and dates as ISO 9660 (ECMA-119) writes them; section numbers are ECMA-119's. */

export const SECTOR = 2048;

/** 7.2.3: both byte orders, 4 bytes */
export function both16(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt16LE(value, 0);
  out.writeUInt16BE(value, 2);
  return out;
}

/** 7.3.3: both byte orders, 8 bytes */
export function both32(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeUInt32LE(value, 0);
  out.writeUInt32BE(value, 4);
  return out;
}

/** 9.1.5: seven bytes, UTC */
export function shortDate(at: Date): Buffer {
  return Buffer.from([
    at.getUTCFullYear() - 1900,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    0,
  ]);
}

/** 8.4.26.1: seventeen bytes, digits and a zone; without a date, "not specified" */
export function longDate(at: Date | null): Buffer {
  const digits =
    at === null
      ? '0'.repeat(16)
      : at
          .toISOString()
          .replace(/[^0-9]/g, '')
          .slice(0, 16);
  return Buffer.concat([Buffer.from(digits, 'ascii'), Buffer.from([0])]);
}

/** 7.4.3: padded on the right with spaces */
export function padded(text: string, length: number, encoding: 'ascii' | 'ucs2be' = 'ascii'): Buffer {
  const bytes = encoding === 'ascii' ? Buffer.from(text, 'ascii') : ucs2be(text);
  const space = encoding === 'ascii' ? Buffer.from(' ') : ucs2be(' ');
  const out = Buffer.alloc(length, space);
  // An odd field of 16-bit characters ends in a zero byte.
  if (encoding === 'ucs2be' && length % 2 === 1) out[length - 1] = 0;
  bytes.subarray(0, length).copy(out);
  return out;
}

export function ucs2be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

export function sectorsFor(bytes: number): number {
  return Math.ceil(bytes / SECTOR);
}
