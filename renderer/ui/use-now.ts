import { useSyncExternalStore } from 'react';

interface Clock {
  readonly subscribe: (listener: () => void) => () => void;
  readonly now: () => number;
}

function makeClock(period: number): Clock {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = (): void => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    now: () => now,
    subscribe(listener) {
      // A clock that nobody read stood still meanwhile.
      if (listeners.size === 0) now = Date.now();
      listeners.add(listener);
      timer ??= setInterval(tick, period);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

// One timer for each period, however many cells show an age.
const clocks = new Map<number, Clock>();

function clockFor(period: number): Clock {
  const known = clocks.get(period);
  if (known !== undefined) return known;
  const clock = makeClock(period);
  clocks.set(period, clock);
  return clock;
}

/** The instant in milliseconds, renewed every `period` milliseconds while shown. */
export function useNow(period: number): number {
  const clock = clockFor(period);
  return useSyncExternalStore(clock.subscribe, clock.now);
}
