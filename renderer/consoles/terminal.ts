import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal, type ITheme } from '@xterm/xterm';
import { shell } from '../api/client.ts';

const THEME: ITheme = {
  background: '#0b1115',
  foreground: '#d5dde2',
  cursor: '#5cb8d6',
  selectionBackground: '#2a4b59',
  black: '#1a252d',
  brightBlack: '#5f707d',
};

function openLink(_event: MouseEvent, url: string): void {
  // Whether it may be opened is asked and decided by the desktop; a refusal leaves the page as it is.
  if (url.startsWith('https://')) void shell('shell.openLink', { url }).catch(() => undefined);
}

/** Draws on the GPU where there is a real one; a software one would be slower than plain elements. */
function useGpu(terminal: Terminal): void {
  const probe = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (probe === null) return;
  const addon = new WebglAddon();
  addon.onContextLoss(() => addon.dispose());
  terminal.loadAddon(addon);
}

export interface ScreenTerminal extends Disposable {
  readonly terminal: Terminal;
  readonly search: SearchAddon;
}

/** A terminal in `element` that keeps to the element's size. */
export function openTerminal(element: HTMLElement): ScreenTerminal {
  const stack = new DisposableStack();
  const terminal = new Terminal({
    fontFamily: 'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
    fontSize: 13,
    scrollback: 10_000,
    theme: THEME,
  });
  stack.defer(() => terminal.dispose());
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon(openLink));
  terminal.open(element);
  useGpu(terminal);
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(element);
  stack.defer(() => observer.disconnect());
  return { terminal, search, [Symbol.dispose]: () => stack.dispose() };
}
