import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Zero runs shorter than this are sent and stored as data. Bytes; blocks are aligned to it. */
export const BLOCK = 64 * 1024;

/**
 * Where an image file holds data, and what the data is. Everything outside `runs` is zero, so a stream that sends just
 * the runs and whose bytes have `dataSha256` makes a file that has `sha256`, without the zeros being read or hashed again.
 */
export const ImageMap = z.strictObject({
  /** bytes */
  size: z.number().int().positive(),
  /** hex, of the whole file */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** [offset, length] in bytes, ascending, not touching */
  runs: z.array(z.tuple([z.number().int().nonnegative(), z.number().int().positive()])),
  /** hex, of the runs' bytes in a row */
  dataSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ImageMap = z.infer<typeof ImageMap>;

const ZEROS = Buffer.alloc(BLOCK);

function isZero(block: Buffer): boolean {
  return block.equals(block.length === BLOCK ? ZEROS : ZEROS.subarray(0, block.length));
}

/** The parts of a chunk that are not zero, in whole blocks: [start, end) within the chunk. */
function dataParts(chunk: Buffer): [number, number][] {
  const parts: [number, number][] = [];
  for (let start = 0; start < chunk.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, chunk.length);
    if (isZero(chunk.subarray(start, end))) continue;
    const last = parts.at(-1);
    if (last && last[1] === start) last[1] = end;
    else parts.push([start, end]);
  }
  return parts;
}

/** Makes the map of a file that passes by in order; every chunk but the last is a whole number of blocks. */
export class ImageMapper {
  readonly #whole = createHash('sha256');
  readonly #data = createHash('sha256');
  readonly #runs: [number, number][] = [];
  #size = 0;

  /** @returns the chunk's data with its offsets in the file */
  add(chunk: Buffer): { offset: number; bytes: Buffer }[] {
    const base = this.#size;
    this.#whole.update(chunk);
    this.#size += chunk.length;
    return dataParts(chunk).map(([start, end]) => {
      const bytes = chunk.subarray(start, end);
      this.#data.update(bytes);
      this.#note(base + start, bytes.length);
      return { offset: base + start, bytes };
    });
  }

  #note(offset: number, length: number): void {
    const last = this.#runs.at(-1);
    if (last && last[0] + last[1] === offset) last[1] += length;
    else this.#runs.push([offset, length]);
  }

  finish(): ImageMap {
    return {
      size: this.#size,
      sha256: this.#whole.digest('hex'),
      runs: this.#runs,
      dataSha256: this.#data.digest('hex'),
    };
  }
}

/** bytes that are not in a hole */
export function dataSize(map: ImageMap): number {
  return map.runs.reduce((sum, [, length]) => sum + length, 0);
}
