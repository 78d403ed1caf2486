import type { ComputeDriver } from '../compute/driver.ts';
import type { Output, Parsed } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

/** milliseconds */
const DEADLINE = 30_000;
/** bytes from the end that are read first when lines are asked for */
const FIRST_TAIL = 64 * 1024;
/** bytes: the most that one answer holds */
const LARGEST = 4 * 1024 * 1024;

type Answer = Output<'instance.consoleLog'>;
type Request = Omit<Parsed<'instance.consoleLog'>, 'ref'>;

interface Piece {
  readonly bytes: Uint8Array;
  readonly length: number;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

// A character may be cut by the end of what has been written so far; it comes whole with the next piece.
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

async function follow(read: (offset: number) => Promise<Piece>, offset: number): Promise<Answer> {
  const { bytes, length } = await read(offset);
  // The log was rotated: what was there is gone, so start from its beginning.
  if (length < offset) return await follow(read, 0);
  const whole = withoutCutCharacter(bytes.subarray(0, LARGEST));
  return { text: decode(whole), nextOffset: offset + whole.length };
}

function lastLines(text: string, lines: number): string | null {
  const ends = text.endsWith('\n') ? 1 : 0;
  const all = text.split('\n');
  return all.length - ends > lines ? all.slice(-lines - ends).join('\n') : null;
}

async function tail(read: (offset: number) => Promise<Piece>, lines: number | undefined): Promise<Answer> {
  const { length } = await read(Number.MAX_SAFE_INTEGER);
  for (let size = lines === undefined ? LARGEST : FIRST_TAIL; ; size *= 4) {
    const start = Math.max(0, length - Math.min(size, LARGEST));
    const { text, nextOffset } = await follow(read, start);
    if (lines === undefined) return { text, nextOffset };
    const wanted = lastLines(text, lines);
    if (wanted !== null) return { text: wanted, nextOffset };
    if (start === 0 || size >= LARGEST) return { text, nextOffset };
  }
}

/**
 * The end of the serial log, or what came after `offset`.
 * @throws ExpectedError `not_supported`, and what the driver throws
 */
export async function readConsoleLog(driver: ComputeDriver, id: string, request: Request): Promise<Answer> {
  if (driver.capabilities.consoleLog !== 'yes') {
    throw new ExpectedError('not_supported', 'The host of this instance keeps no console log.', {
      remedy: 'Open the serial console instead.',
    });
  }
  const signal = AbortSignal.timeout(DEADLINE);
  const read = (offset: number) => driver.consoleLog(id, offset, { signal });
  if (request.offset !== undefined) return await follow(read, request.offset);
  return await tail(read, request.lines);
}
