import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow } from 'electron';
import { ownHome, type OwnedHome } from '../../core/api/local/ownership.ts';
import { createControlPlane, type ControlPlane } from '../../core/control-plane.ts';
import { processCaller } from '../../core/identity/context.ts';
import { answer } from '../ipc/calls.ts';
import { serveConsoles } from '../ipc/consoles.ts';
import { sendEvents } from '../ipc/events.ts';
import { answerShell } from '../ipc/shell.ts';
import { createSecretStore } from './secret-store.ts';

/** The tiny guest, where set-up (in a checkout) or the installer (in a release) has put it. */
function guestImage(): string | undefined {
  const folder = app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'out');
  const file = join(folder, 'guest', 'tiny.qcow2');
  return existsSync(file) ? file : undefined;
}

/**
 * The control plane of this window's data folder, served to the command line too.
 * @throws ExpectedError `state.*`
 */
export function ownControlPlane(home: string): Promise<OwnedHome<ControlPlane>> {
  const options = { owner: 'window', version: app.getVersion() } as const;
  const image = guestImage();
  return ownHome(home, options, () =>
    createControlPlane({
      ...options,
      home,
      secretStore: createSecretStore(join(home, 'secrets.json')),
      ...(image !== undefined && { guestImage: image }),
    }),
  );
}

/** Opens the window's doors to the control plane; they close with the window. */
export function connectWindow(window: BrowserWindow, plane: ControlPlane): void {
  const caller = processCaller();
  const doors = new DisposableStack();
  doors.use(
    answer('micronova:call', window.webContents, (method, input) => plane.call(method, input, caller)),
  );
  doors.use(answerShell(window));
  doors.use(sendEvents(window.webContents, (listener) => plane.subscribe(listener)));
  doors.use(serveConsoles(window.webContents, (ticket) => plane.redeemConsole(ticket)));
  window.once('closed', () => doors.dispose());
}
