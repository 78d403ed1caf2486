import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffLines } from './line-diff.ts';

const text = fc
  .array(fc.constantFrom('<a/>', '<b/>', '<c/>', '  <d/>'), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join('\n'));

describe('two texts side by side', () => {
  test('lose no line of either, and keep the order', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const left = lines.flatMap((line) => (line.before === null ? [] : [line.before]));
        const right = lines.flatMap((line) => (line.after === null ? [] : [line.after]));
        expect(left.join('\n')).toBe(before.trimEnd());
        expect(right.join('\n')).toBe(after.trimEnd());
      }),
    );
  });

  test('that are equal show no difference', () => {
    fc.assert(
      fc.property(text, (same) => {
        expect(diffLines(same, same).every((line) => line.before === line.after)).toBe(true);
      }),
    );
  });

  test('lay what changed beside what it was', () => {
    expect(diffLines('a\nmemory 1\nz', 'a\nmemory 2\nz')).toEqual([
      { before: 'a', after: 'a' },
      { before: 'memory 1', after: 'memory 2' },
      { before: 'z', after: 'z' },
    ]);
  });
});
