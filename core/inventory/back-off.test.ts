import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { backOff } from './back-off.ts';
import { needsPerson } from './needs-person.ts';

describe('back-off', () => {
  it('doubles, up to a minute', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((failures) => backOff(failures, () => 1));
    expect(longest).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('spreads over the whole of it, and never hammers', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, draw) => {
          const wait = backOff(failures, () => draw);
          expect(wait).toBeGreaterThanOrEqual(250);
          expect(wait).toBeLessThanOrEqual(60_000);
        },
      ),
    );
    expect(backOff(6, () => 0)).toBe(250);
  });
});

describe('a person is needed', () => {
  it.each([
    ['transport.host_key_changed', true],
    ['transport.passphrase_needed', true],
    ['transport.auth_failed', true],
    ['libvirt.auth', true],
    ['transport.unreachable', false],
    ['transport.socket_missing', false],
    ['libvirt.timeout', false],
    ['host.pool_missing', false],
  ] as const)('for %s: %s', (code, needed) => {
    expect(needsPerson(new ExpectedError(code, 'x'))).toBe(needed);
    const atJump = new ExpectedError('transport.jump_failed', 'x', { details: { code } });
    expect(needsPerson(atJump)).toBe(needed);
  });

  it('for a bug: no', () => {
    expect(needsPerson(new TypeError('x'))).toBe(false);
  });
});
