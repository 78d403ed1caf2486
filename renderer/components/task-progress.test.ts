import { describe, expect, it } from 'vitest';
import { percentOf } from './task-progress.ts';

const base = { taskId: 't', step: 'upload', done: 0, rate: 0, eta: null };

describe('percentOf', () => {
  it('never says that everything is done before it is', () => {
    expect(percentOf({ ...base, done: 999, total: 1000 })).toBe(99);
    expect(percentOf({ ...base, done: 1000, total: 1000 })).toBe(100);
  });

  it('stays within the whole when more came than was announced', () => {
    expect(percentOf({ ...base, done: 1200, total: 1000 })).toBe(100);
  });

  it('says nothing where the end is not known', () => {
    expect(percentOf(null)).toBeNull();
    expect(percentOf({ ...base, done: 5, total: null })).toBeNull();
    expect(percentOf({ ...base, done: 0, total: 0 })).toBeNull();
  });
});
