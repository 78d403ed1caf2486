import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import { z } from 'zod';
import { APP_ORIGIN } from './security.ts';

const WindowState = z.strictObject({
  bounds: z.strictObject({
    x: z.number().int(),
    y: z.number().int(),
    width: z.number().int().min(400),
    height: z.number().int().min(300),
  }),
  maximized: z.boolean(),
});
type WindowState = z.infer<typeof WindowState>;

const DEFAULT_SIZE = { width: 1360, height: 880 };

function onSomeScreen(bounds: Rectangle): boolean {
  const area = screen.getDisplayMatching(bounds).workArea;
  return bounds.x < area.x + area.width && bounds.x + bounds.width > area.x && bounds.y >= area.y - 8;
}

function readState(file: string): WindowState | undefined {
  try {
    const state = WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
    return onSomeScreen(state.bounds) ? state : undefined;
  } catch {
    // Missing on first start; a damaged one is only a forgotten window size.
    return undefined;
  }
}

function rememberState(window: BrowserWindow, file: string): void {
  const save = (): void => {
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(state));
  };
  window.on('close', save);
  // Leaving by the menu or the dock ends the app without closing its windows first.
  app.on('before-quit', save);
  window.once('closed', () => app.off('before-quit', save));
}

/** Makes the one window, hidden until its first frame is ready. `home` is the data folder. */
export function createWindow(home: string, preload: string): BrowserWindow {
  const file = join(home, 'window', 'window.json');
  const state = readState(file);
  const window = new BrowserWindow({
    ...(state?.bounds ?? DEFAULT_SIZE),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Micronova',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0f1418' : '#f7f8f8',
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (state?.maximized) window.maximize();
  rememberState(window, file);
  window.once('ready-to-show', () => window.show());
  return window;
}

export function loadPage(window: BrowserWindow): Promise<void> {
  return window.loadURL(`${APP_ORIGIN}/`);
}
