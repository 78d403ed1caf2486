import type { Io } from './io.ts';

/**
 * Hands every key to the program as it is typed. Whatever ends the program, the terminal is given back as it was.
 * Nothing to do where standard input is no terminal.
 */
export function takeTerminal(io: Io): Disposable {
  const { stdin } = io;
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return { [Symbol.dispose]: () => undefined };
  const restore = (): void => void stdin.setRawMode?.(false);
  stdin.setRawMode(true);
  process.on('exit', restore);
  return {
    [Symbol.dispose]: () => {
      process.off('exit', restore);
      restore();
    },
  };
}
