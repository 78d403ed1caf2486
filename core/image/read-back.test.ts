import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageMap } from './image-map.ts';
import { piecesToCheck } from './read-back.ts';

const MIB = 2 ** 20;

function mapOf(runs: [number, number][]): ImageMap {
  return { size: 2 ** 40, sha256: 'a'.repeat(64), dataSha256: 'b'.repeat(64), runs };
}

describe('the pieces that are read back', () => {
  it('are all of a small image', () => {
    const pieces = piecesToCheck(
      mapOf([
        [0, 2.5 * MIB],
        [10 * MIB, 65_536],
      ]),
    );
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(2.5 * MIB + 65_536);
  });

  it('of a large one are few, different, in order, all data, and hold both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 17, max: 5000 }), (mebibytes) => {
        const pieces = piecesToCheck(mapOf([[0, mebibytes * MIB]]));
        const offsets = pieces.map(({ offset }) => offset);
        expect(pieces).toHaveLength(16);
        expect(new Set(offsets).size).toBe(16);
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        expect(offsets[0]).toBe(0);
        expect(offsets.at(-1)).toBe((mebibytes - 1) * MIB);
      }),
    );
  });
});
