import { useState, type KeyboardEvent, type RefObject } from 'react';

interface RowFocus {
  /** the row that Tab reaches */
  readonly index: number;
  readonly setIndex: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

const STEPS: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index) => index + 10,
  PageUp: (index) => index - 10,
  Home: () => 0,
  End: (_index, count) => count - 1,
};

/** Arrow keys walk the rows; only one row at a time is a tab stop. */
export function useRowFocus(
  count: number,
  scrollTo: (index: number) => void,
  scroller: RefObject<HTMLElement | null>,
): RowFocus {
  const [wanted, setIndex] = useState(0);
  const index = Math.min(wanted, Math.max(0, count - 1));

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const onRow = event.target instanceof HTMLElement && event.target.dataset.index !== undefined;
    if (step === undefined || !onRow || count === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, step(index, count)));
    setIndex(next);
    scrollTo(next);
    // The row may only come into being with the scroll.
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };
  return { index, setIndex, onKeyDown };
}
