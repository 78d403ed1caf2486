import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { app, dialog, type BrowserWindow } from 'electron';
import type { OwnedHome } from '../../core/api/local/ownership.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { toErrorBody } from '../../core/domain/errors.ts';
import { dataFolder } from '../../core/transport/platform.ts';
import { connectWindow, ownControlPlane } from './compose.ts';
import { mayQuit } from './quit.ts';
import { registerScheme, secure } from './security.ts';
import { createWindow, loadPage } from './window.ts';

/** milliseconds in which the control plane lets go; what it could not finish goes on at the next start */
const CLOSE_DEADLINE = 10_000;

function homeFromArguments(): string {
  // Chromium's own switches stand between ours.
  const { values } = parseArgs({ strict: false, options: { home: { type: 'string' } } });
  return typeof values.home === 'string' ? resolve(values.home) : dataFolder();
}

function fail(error: unknown): void {
  const { message, remedy } = toErrorBody(error);
  process.stderr.write(`${message}\n${remedy ?? ''}\n`);
  dialog.showErrorBox('Micronova', remedy === undefined ? message : `${message}\n\n${remedy}`);
  app.exit(1);
}

async function closeInTime(owned: OwnedHome<ControlPlane>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((done) => {
    timer = setTimeout(done, CLOSE_DEADLINE);
  });
  await Promise.race([owned.close(), deadline]);
  clearTimeout(timer);
}

function handleQuit(owned: OwnedHome<ControlPlane>): void {
  let state: 'open' | 'asking' | 'closing' = 'open';
  const quit = async (): Promise<void> => {
    state = 'asking';
    if (!(await mayQuit(owned.plane))) {
      state = 'open';
      return;
    }
    state = 'closing';
    await closeInTime(owned);
    app.exit(0);
  };
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (state === 'open') void quit();
  });
}

/** Loads the page; one that is closed while it loads is no failure. */
async function showPage(window: BrowserWindow): Promise<void> {
  let leaving = false;
  const leave = (): void => {
    leaving = true;
  };
  app.once('before-quit', leave);
  window.once('close', leave);
  try {
    await loadPage(window);
  } catch (error) {
    if (!leaving) throw error;
  } finally {
    app.off('before-quit', leave);
  }
}

async function openWindow(home: string, plane: ControlPlane): Promise<BrowserWindow> {
  const window = createWindow(home, join(import.meta.dirname, '../preload/index.cjs'));
  connectWindow(window, plane);
  await showPage(window);
  return window;
}

async function run(home: string): Promise<void> {
  await app.whenReady();
  secure(join(import.meta.dirname, '../renderer'));
  const owned = await ownControlPlane(home);
  handleQuit(owned);
  let window: BrowserWindow | undefined = await openWindow(home, owned.plane);
  const show = async (): Promise<void> => {
    if (window === undefined || window.isDestroyed()) window = await openWindow(home, owned.plane);
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  app.on('second-instance', () => void show());
  app.on('activate', () => void show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  process.stdout.write(`Micronova is open. Its data folder is ${home}.\n`);
}

registerScheme();
const home = homeFromArguments();
mkdirSync(home, { recursive: true, mode: 0o700 });
// Electron's lock is one for each of these folders, and so one window for each data folder.
app.setPath('userData', join(home, 'window'));
if (app.requestSingleInstanceLock()) run(home).catch(fail);
else app.quit();
