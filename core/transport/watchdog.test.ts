import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepaliveInterval, watchForSilence } from './watchdog.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('calls out once, within the timeout, when nothing is read any more', () => {
  const socket = { bytesRead: 7 };
  const onSilence = vi.fn<() => void>();
  watchForSilence(socket, 10_000, onSilence);
  vi.advanceTimersByTime(6000);
  socket.bytesRead += 1;
  vi.advanceTimersByTime(6000);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(4000);
  expect(onSilence).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(60_000);
  expect(onSilence).toHaveBeenCalledOnce();
});

it('says nothing after it was let go', () => {
  const onSilence = vi.fn<() => void>();
  watchForSilence({ bytesRead: 0 }, 10_000, onSilence)[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  expect(onSilence).not.toHaveBeenCalled();
});

it('asks often enough that a living link answers before it is held dead', () => {
  expect(keepaliveInterval(10_000)).toBe(2000);
});
