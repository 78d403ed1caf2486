import { ExpectedError } from '../domain/errors.ts';
import type { FileBytes } from './file-bytes.ts';
import { BLOCK, ImageMapper, type ImageMap } from './image-map.ts';

/** Bytes read at a time; a whole number of blocks. */
const CHUNK = 16 * BLOCK;

export interface ScanOptions {
  readonly signal: AbortSignal;
  /** bytes of the file that are done, holes included; bytes in all */
  readonly onProgress?: (done: number, total: number) => void;
  /** takes the data as it passes by */
  readonly onData?: (offset: number, bytes: Buffer) => Promise<void>;
}

export function cancelled(): ExpectedError {
  return new ExpectedError('cancelled', 'The transfer of the image was cancelled');
}

/** Reads a file once, from end to end. */
export async function scanImage(file: FileBytes, options: ScanOptions): Promise<ImageMap> {
  const mapper = new ImageMapper();
  for (let offset = 0; offset < file.size;) {
    if (options.signal.aborted) throw cancelled();
    const chunk = await file.read(offset, Math.min(CHUNK, file.size - offset));
    if (chunk.length === 0) break;
    for (const part of mapper.add(chunk)) await options.onData?.(part.offset, part.bytes);
    offset += chunk.length;
    options.onProgress?.(offset, file.size);
  }
  return mapper.finish();
}
