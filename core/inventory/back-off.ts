/** milliseconds */
const FIRST = 1000;
const LONGEST = 60_000;
/** even a lucky draw leaves a host this long in peace */
const SHORTEST = 250;

/**
 * How long to wait before the next attempt: exponential, bounded, with full jitter, so that many hosts behind one broken
 * switch do not all come back in the same moment.
 * @param failures attempts that failed in a row; 0: a link that had worked was lost
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function backOff(failures: number, random: () => number): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 10));
  return Math.round(SHORTEST + random() * (ceiling - SHORTEST));
}
