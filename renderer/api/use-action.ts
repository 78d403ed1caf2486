import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { ErrorBody } from '../../core/contract/index.ts';
import { toErrorBody } from '../../core/domain/errors.ts';

export interface Action<A extends unknown[]> {
  readonly busy: boolean;
  readonly error: ErrorBody | null;
  /** Resolves to whether it went well; the failure is in `error`. */
  readonly run: (...args: A) => Promise<boolean>;
  readonly clear: () => void;
}

/** One thing a person does: runs it once at a time and keeps its failure for display. */
export function useAction<A extends unknown[]>(perform: (...args: A) => Promise<unknown>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const latest = useRef(perform);
  const running = useRef(false);
  useLayoutEffect(() => {
    latest.current = perform;
  });

  const run = useCallback(async (...args: A): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setError(null);
    try {
      await latest.current(...args);
      return true;
    } catch (failure) {
      setError(toErrorBody(failure));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setError(null), []);
  return { busy, error, run, clear };
}
