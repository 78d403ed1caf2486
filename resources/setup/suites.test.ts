import { describe, expect, it } from 'vitest';
import { judged, skipSuite } from './suites.mjs';
import { total } from './test.mjs';

describe('the verdict on a suite', () => {
  it('is what its report says', () => {
    expect(judged({ name: 'a', passed: 3, failed: 1, skipped: 2 }, 1)).toMatchObject({
      passed: 3,
      failed: 1,
    });
    expect(judged({ name: 'a', passed: 3, failed: 0, skipped: 0 }, 0)).toMatchObject({
      passed: 3,
      failed: 0,
    });
  });

  it('is a failure when it ended badly without a failing test', () => {
    expect(judged({ name: 'a', passed: 3, failed: 0, skipped: 0 }, 1).failed).toBe(1);
  });

  it('is a failure when nothing ran', () => {
    expect(judged({ name: 'a', passed: 0, failed: 0, skipped: 4 }, 0).failed).toBe(1);
  });

  it('counts what cannot run here as skipped', () => {
    expect(skipSuite('integration').skipped).toBeGreaterThan(0);
  });
});

describe('the last line', () => {
  const suite = { name: 'a', passed: 2, failed: 0, skipped: 0 };

  it('adds up all suites, and names skipped ones only where there are any', () => {
    expect(total([suite, { ...suite, failed: 1 }])).toEqual({ line: '4 passed, 1 failed', code: 1 });
    expect(total([suite, { ...suite, skipped: 3 }])).toEqual({
      line: '4 passed, 0 failed, 3 skipped',
      code: 0,
    });
  });

  it('fails when nothing passed at all', () => {
    expect(total([]).code).toBe(1);
  });
});
