import { expect, it } from 'vitest';
import { capacityOf } from './capacity.ts';

it('takes the reserve away before it multiplies, and gives out whole units', () => {
  expect(capacityOf({ total: 16, used: 0, reserved: 0, ratio: 4 })).toBe(64);
  expect(capacityOf({ total: 32_768, used: 0, reserved: 512, ratio: 1 })).toBe(32_256);
  expect(capacityOf({ total: 3, used: 0, reserved: 0, ratio: 1.5 })).toBe(4);
});

it('is never less than nothing, however much is kept back', () => {
  expect(capacityOf({ total: 1, used: 0, reserved: 4, ratio: 16 })).toBe(0);
});
