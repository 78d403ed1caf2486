import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostnameOf } from './hostname.ts';

it.each([
  ['web1', 'web1'],
  ['My Web_Server.1', 'my-web-server-1'],
  ['Đà Nẵng máy chủ', 'da-nang-may-chu'],
  ['--a--', 'a'],
  ['日本', 'server-x'],
  ['x'.repeat(80), 'x'.repeat(63)],
  [`${'x'.repeat(62)}-y`, 'x'.repeat(62)],
])('makes %j into %j', (name, hostname) => {
  expect(hostnameOf(name, 'server-x')).toBe(hostname);
});

it('always makes a DNS label', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      expect(hostnameOf(name, 'x')).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }),
  );
});
