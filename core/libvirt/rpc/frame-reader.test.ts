import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_MAX, HEADER_SIZE } from './frame.ts';
import { FrameReader } from './frame-reader.ts';

const header = { program: 1, procedure: 2, type: 1, serial: 3, status: 0 };

function lengthWord(length: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(length);
  return word;
}

describe('FrameReader', () => {
  it('cuts the same frames, however the bytes are chopped', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(payloads, cuts, (bodies, sizes) => {
        const frames = bodies.map((body) => encodeFrame(header, body));
        const wire = Buffer.concat(frames);
        const reader = new FrameReader();
        const got: Buffer[] = [];
        for (let at = 0, i = 0; at < wire.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          for (const frame of reader.push(wire.subarray(at, at + size))) got.push(Buffer.from(frame));
          at += size;
        }
        expect(got).toEqual(frames);
      }),
    );
  });

  it('puts a large frame of many small chunks together', () => {
    const body = Buffer.alloc(3_000_000, 'x');
    const wire = encodeFrame(header, body);
    const reader = new FrameReader();
    const got: Buffer[] = [];
    for (let at = 0; at < wire.length; at += 1000) got.push(...reader.push(wire.subarray(at, at + 1000)));
    expect(got.map((frame) => frame.length)).toEqual([wire.length]);
    expect(got[0]?.equals(wire)).toBe(true);
  });

  it.each([0, 4, HEADER_SIZE - 1, FRAME_MAX + 1, 0xffff_ffff])('refuses a length of %i', (length) => {
    expect(() => [...new FrameReader().push(lengthWord(length))]).toThrow(/malformed/);
  });

  it('refuses it too when the length word itself comes in pieces', () => {
    const reader = new FrameReader();
    expect([...reader.push(lengthWord(3).subarray(0, 3))]).toEqual([]);
    expect(() => [...reader.push(lengthWord(3).subarray(3))]).toThrow(/malformed/);
  });

  it('does not believe a big promise before it is kept', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => {
      const reader = new FrameReader();
      expect([...reader.push(Buffer.concat([lengthWord(FRAME_MAX), Buffer.alloc(100)]))]).toEqual([]);
      return reader;
    });
    expect(readers).toHaveLength(100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(FRAME_MAX);
  });
});
