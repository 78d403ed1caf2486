import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExpected } from '../../domain/errors.ts';
import { LineReader } from './lines.ts';

function readAll(reader: LineReader): string[] {
  const lines: string[] = [];
  for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
  return lines;
}

describe('LineReader', () => {
  it('gives the same lines however the bytes were cut', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const reader = new LineReader(10_000);
        const found: string[] = [];
        let at = 0;
        for (const size of sizes) {
          reader.push(bytes.subarray(at, at + size));
          found.push(...readAll(reader));
          at += size;
        }
        reader.push(bytes.subarray(at));
        found.push(...readAll(reader));
        expect(found).toEqual(lines);
      }),
    );
  });

  it('takes a line of the limit and refuses a longer one, finished or not', () => {
    const reader = new LineReader(4);
    reader.push(Buffer.from('1234\n'));
    expect(reader.next()).toBe('1234');
    reader.push(Buffer.from('123'));
    expect(reader.next()).toBeUndefined();
    reader.push(Buffer.from('45'));
    expect(() => reader.next()).toThrow('at most 4 bytes');
    const finished = new LineReader(4);
    finished.push(Buffer.from('12345\n'));
    expect(() => finished.next()).toThrow(expect.toSatisfy((error) => isExpected(error, 'bad_input')));
  });

  it('hands over the bytes after the last line untouched', () => {
    const reader = new LineReader(100);
    reader.push(Buffer.from('line\nraw\nby'));
    reader.push(Buffer.from([0xff, 0x00]));
    expect(reader.next()).toBe('line');
    expect(reader.rest()).toEqual(Buffer.concat([Buffer.from('raw\nby'), Buffer.from([0xff, 0x00])]));
  });
});
