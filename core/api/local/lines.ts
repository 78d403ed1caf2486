import { ExpectedError } from '../../domain/errors.ts';

const NEWLINE = 0x0a;

/** Cuts a byte stream into lines without ever holding more than `limit` bytes of an unfinished one. */
export class LineReader {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #searched = 0;
  #held = 0;

  /** @param limit longest line, in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /**
   * The next whole line without its end, or undefined until more bytes come.
   * @throws ExpectedError `bad_input` for a line that is too long
   */
  next(): string | undefined {
    for (
      let chunk = this.#chunks[this.#searched];
      chunk !== undefined;
      chunk = this.#chunks[this.#searched]
    ) {
      const end = chunk.indexOf(NEWLINE);
      this.#held += end === -1 ? chunk.length : end;
      if (this.#held > this.#limit) throw this.#tooLong();
      if (end !== -1) return this.#cut(chunk, end);
      this.#searched += 1;
    }
    return undefined;
  }

  /** Ends the reading of lines: the bytes that came after the last one. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return rest;
  }

  #cut(chunk: Buffer, end: number): string {
    const line = Buffer.concat([...this.#chunks.slice(0, this.#searched), chunk.subarray(0, end)]);
    const after = chunk.subarray(end + 1);
    this.#chunks = [...(after.length > 0 ? [after] : []), ...this.#chunks.slice(this.#searched + 1)];
    this.#searched = 0;
    this.#held = 0;
    return line.toString('utf8');
  }

  #tooLong(): ExpectedError {
    return new ExpectedError('bad_input', `A message may have at most ${this.#limit} bytes.`);
  }
}
