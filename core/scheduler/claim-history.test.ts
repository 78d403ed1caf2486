import { describe, expect, it } from 'vitest';
import { checkHistory, type Entry } from './claim-history.ts';

const START = new Map(['h1', 'h2'].map((id) => [id, { capacity: { VCPU: 1 }, generation: 5 }]));
const resources = { VCPU: 1 };
const change =
  (kind: 'claimed' | 'released') =>
  (consumerId: string, providerId: string, generation: number): Entry => ({
    kind,
    consumerId,
    providerId,
    resources,
    generation,
  });
const claimed = change('claimed');
const released = change('released');
const refused = (h1: number, h2?: number): Entry => ({
  kind: 'refused',
  consumerId: 'c',
  resources,
  seen: [
    { providerId: 'h1', generation: h1 },
    ...(h2 === undefined ? [] : [{ providerId: 'h2', generation: h2 }]),
  ],
});
const check = (...history: Entry[]) => checkHistory(history, START);

describe('a history of claims', () => {
  it('is explained by any serial order, in whatever order it was told', () => {
    const history = [
      claimed('a', 'h1', 6),
      released('a', 'h1', 7),
      claimed('b', 'h1', 8),
      claimed('a', 'h2', 6),
    ];
    expect(check(...history, refused(8, 6), refused(6, 6))).toEqual([
      'c was refused on a view that never was',
    ]);
    expect(check(...history, refused(8, 6))).toEqual([]);
    expect(check(claimed('b', 'h1', 8), claimed('a', 'h1', 6), released('a', 'h1', 7))).toEqual([]);
  });

  it.each<[string, Entry[], string]>([
    ['too much was given', [claimed('a', 'h1', 6), claimed('b', 'h1', 7)], 'h1: 2 of VCPU at 7'],
    ['two made one generation', [claimed('a', 'h1', 6), released('a', 'h1', 6)], 'h1: generation 6, not 7'],
    ['a change is missing', [claimed('a', 'h1', 7)], 'h1: generation 7, not 6'],
    ['nothing was there to give back', [released('a', 'h1', 6)], 'a: released h1 while it held nothing'],
    ['somebody has two', [claimed('a', 'h1', 6), claimed('a', 'h2', 6)], 'a: claimed h2 while it held h1'],
    [
      'there was room for a refused one',
      [claimed('a', 'h1', 6), refused(6, 5)],
      'c was refused, and h2 had room at 5',
    ],
    ['a host was not looked at', [claimed('a', 'h1', 6), refused(6)], 'c was refused without a look at h2'],
    [
      'each comes after the other',
      [
        claimed('a', 'h1', 8),
        released('a', 'h1', 9),
        claimed('a', 'h2', 6),
        released('a', 'h2', 7),
        claimed('b', 'h2', 8),
        released('b', 'h2', 9),
        claimed('b', 'h1', 6),
        released('b', 'h1', 7),
      ],
      '8 changes are in no serial order',
    ],
  ])('is not explained where %s', (_, history, words) => {
    expect(check(...history)).toContain(words);
  });
});
