import { expect, it } from 'vitest';
import { host } from '../../../tests/fakes/data.ts';
import { placeOf } from './place.ts';

function place(over: object): string {
  const base = host('atlas');
  return placeOf({ ...base, address: { ...base.address, ...over } }, 'here');
}

it.each([
  [{}, 'admin@atlas.lan'],
  [{ user: undefined }, 'atlas.lan'],
  [{ port: 2222 }, 'admin@atlas.lan:2222'],
  [{ address: 'fe80::1', port: 22 }, 'admin@[fe80::1]:22'],
  [{ address: '[fe80::1]', port: 22 }, 'admin@[fe80::1]:22'],
  [{ kind: 'local' }, 'here'],
])('%j → %s', (over, text) => {
  expect(place(over)).toBe(text);
});
