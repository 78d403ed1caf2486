import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffLines } from './diff.ts';

const lines = (...all: string[]) => all.join('\n');

it('shows what was taken away and added, with what is around it', () => {
  expect(
    diffLines(lines('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), lines('a', 'b', 'c', 'x', 'e', 'f', 'g', 'h')),
  ).toEqual(['  b', '  c', '- d', '+ x', '  e', '  f', '…']);
});

it('shows nothing where nothing is different', () => {
  expect(diffLines(lines('a', 'b'), lines('a', 'b'))).toEqual([]);
});

it('leads from one text to the other, whatever they are', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const found = diffLines(before.join('\n'), after.join('\n'));
      const taken = found.filter((line) => line.startsWith('-')).length;
      const added = found.filter((line) => line.startsWith('+')).length;
      expect(before.length - taken).toBe(after.length - added);
      expect(found.length === 0).toBe(before.join() === after.join());
    }),
  );
});
