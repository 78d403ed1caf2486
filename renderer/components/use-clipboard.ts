import { shell } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';

/** Puts text on the clipboard through the desktop: the page itself has no such permission. */
export function useCopy(): (text: string) => void {
  const copy = useAction((text: string) => shell('shell.copyText', { text }));
  return (text) => void copy.run(text);
}
