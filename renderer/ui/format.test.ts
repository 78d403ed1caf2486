import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration } from './format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('formatDuration', () => {
  it.each([
    [0, '0 ms', '0 ms'],
    [340, '340 ms', '340 ms'],
    [6500, '6.5 s', '6,5 giây'],
    [59_000, '59 s', '59 giây'],
    [2 * MINUTE + 5000, '2 min 5 s', '2 phút 5 giây'],
    [3 * HOUR + 20 * MINUTE, '3 h 20 min', '3 giờ 20 phút'],
    [122 * HOUR, '5 d 2 h', '5 ngày 2 giờ'],
    [48 * HOUR, '2 d', '2 ngày'],
  ])('%d ms', (milliseconds, english, vietnamese) => {
    expect(formatDuration(milliseconds, 'en')).toBe(english);
    expect(formatDuration(milliseconds, 'vi')).toBe(vietnamese);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [412 * 1024 ** 2, '412 MiB'],
    [3 * 1024 ** 3, '3 GiB'],
  ])('%d bytes', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text);
  });
});
