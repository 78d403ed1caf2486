import { useEffect, useState } from 'react';
import type { ErrorBody } from '../../../core/contract/index.ts';
import { toErrorBody } from '../../../core/domain/errors.ts';
import { call } from '../../api/client.ts';

/** milliseconds between looks while following */
const PERIOD = 2000;
const LINES = 2000;
/** characters kept on screen */
const KEEP = 1_000_000;

interface ConsoleLog {
  readonly text: string | null;
  readonly error: ErrorBody | null;
}

/** The end of an instance's console log, and while `follow` is on what comes after it. */
export function useConsoleLog(ref: string, follow: boolean): ConsoleLog {
  const [log, setLog] = useState<ConsoleLog>({ text: null, error: null });

  useEffect(() => {
    const stack = new DisposableStack();
    let offset: number | null = null;
    const look = async (): Promise<void> => {
      try {
        const from: { offset: number } | { lines: number } = offset === null ? { lines: LINES } : { offset };
        const { text, nextOffset } = await call('instance.consoleLog', { ref, ...from });
        if (stack.disposed) return;
        const first = offset === null;
        offset = nextOffset;
        setLog((before) => ({ text: ((first ? '' : (before.text ?? '')) + text).slice(-KEEP), error: null }));
      } catch (failure) {
        if (!stack.disposed) setLog((before) => ({ ...before, error: toErrorBody(failure) }));
      }
      if (follow && !stack.disposed)
        stack.adopt(
          setTimeout(() => void look(), PERIOD),
          clearTimeout,
        );
    };
    void look();
    return () => stack.dispose();
  }, [ref, follow]);
  return log;
}
