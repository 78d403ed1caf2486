import { useCallback, useEffect, useState } from 'react';
import { shell } from '../api/client.ts';

interface FullScreen {
  readonly full: boolean;
  readonly toggle: () => void;
}

/** The desktop makes the window fill the screen: the page has no permission to do that itself. F11 leaves it too. */
export function useFullScreen(): FullScreen {
  const [full, setFull] = useState(false);
  const toggle = useCallback(() => setFull((on) => !on), []);

  useEffect(() => {
    if (!full) return undefined;
    const set = (on: boolean): void => void shell('shell.setFullScreen', { on }).catch(() => undefined);
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'F11') return;
      event.preventDefault();
      event.stopPropagation();
      setFull(false);
    };
    set(true);
    window.addEventListener('keydown', onKey, true);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      set(false);
    };
  }, [full]);
  return { full, toggle };
}
