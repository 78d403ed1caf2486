import { useCallback, useEffect, useState } from 'react';
import type { ErrorBody, Input, MethodName, Output } from '../../core/contract/index.ts';
import { toErrorBody } from '../../core/domain/errors.ts';
import { call } from './client.ts';

export interface Query<T> {
  readonly data: T | undefined;
  readonly error: ErrorBody | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/**
 * Reads something that no store holds (a log, an XML text, a decision). Asks again when the input's value changes or
 * `fresh` does; a late answer to an earlier question is dropped. `null` input: does not ask.
 */
export function useQuery<M extends MethodName>(
  method: M,
  input: Input<M> | null,
  fresh?: unknown,
): Query<Output<M>> {
  const [state, setState] = useState<{ data?: Output<M>; error: ErrorBody | null; loading: boolean }>({
    error: null,
    loading: input !== null,
  });
  const [round, setRound] = useState(0);
  const key = JSON.stringify(input);

  useEffect(() => {
    if (input === null) return undefined;
    let late = false;
    setState((before) => ({ ...before, loading: true }));
    const ask = async (): Promise<void> => {
      try {
        const data = await call(method, input);
        if (!late) setState({ data, error: null, loading: false });
      } catch (failure) {
        if (!late) setState((before) => ({ ...before, error: toErrorBody(failure), loading: false }));
      }
    };
    void ask();
    return () => {
      late = true;
    };
    // The input is compared by value.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [method, key, fresh, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { data: state.data, error: state.error, loading: state.loading, reload };
}
