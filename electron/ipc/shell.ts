import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { clipboard, dialog, shell, type BrowserWindow, type OpenDialogOptions } from 'electron';
import {
  shellMethods,
  type ShellInput,
  type ShellMethodName,
  type ShellOutput,
} from '../../core/contract/index.ts';
import { ExpectedError } from '../../core/domain/errors.ts';
import { badInput } from '../../core/api/bad-input.ts';
import { answer } from './calls.ts';

const SSH_FOLDER = join(homedir(), '.ssh');
const IMAGE_FILES = [
  { name: 'Disk images', extensions: ['qcow2', 'img', 'raw'] },
  { name: 'All files', extensions: ['*'] },
];
const DATABASE_FILES = [
  { name: 'Micronova databases', extensions: ['db', 'bak'] },
  { name: 'All files', extensions: ['*'] },
];
/** bytes */
const PUBLIC_KEY_LIMIT = 16 * 1024;
/** bytes; as base64 it is just below the contract's 65,535 */
const USER_DATA_LIMIT = 48 * 1024;

async function pickFile(window: BrowserWindow, options: OpenDialogOptions): Promise<string | undefined> {
  const answered = await dialog.showOpenDialog(window, {
    ...options,
    properties: ['openFile', 'showHiddenFiles'],
  });
  return answered.canceled ? undefined : answered.filePaths[0];
}

async function readSmall(path: string, limit: number): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > limit) {
    throw new ExpectedError(
      'bad_input',
      `${basename(path)} has ${size} bytes; at most ${limit} are taken here.`,
    );
  }
  return readFile(path);
}

async function savePrivateKey(
  window: BrowserWindow,
  { name, privateKey }: ShellInput<'shell.savePrivateKey'>,
): Promise<ShellOutput<'shell.savePrivateKey'>> {
  const file = name.replaceAll(/[^\w.-]+/g, '_');
  const answered = await dialog.showSaveDialog(window, { defaultPath: join(homedir(), '.ssh', file) });
  if (answered.canceled) return null;
  // Made readable by the owner alone before a byte of the key is in it.
  const handle = await open(answered.filePath, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await writeFile(handle, privateKey);
  } finally {
    await handle.close();
  }
  return { path: answered.filePath };
}

async function saveBackup(window: BrowserWindow): Promise<string | null> {
  const day = new Date().toISOString().slice(0, 10);
  const answered = await dialog.showSaveDialog(window, {
    defaultPath: join(homedir(), `micronova-${day}.db`),
    filters: DATABASE_FILES,
  });
  return answered.canceled ? null : answered.filePath;
}

async function openLink(window: BrowserWindow, url: string): Promise<Record<string, never>> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open this address in your browser?',
    detail: url,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  });
  if (response === 0) await shell.openExternal(url);
  return {};
}

type ShellHandler = (input: unknown) => Promise<unknown>;

/** Pairs a handler with its schema: it sees only what fits. */
function handler<M extends ShellMethodName>(
  method: M,
  run: (input: ShellInput<M>) => Promise<ShellOutput<M>>,
): ShellHandler {
  return async (input) => {
    const parsed = shellMethods[method].input.safeParse(input);
    if (!parsed.success) throw badInput(method, parsed.error);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot pair a method with its own schema
    return run(parsed.data as ShellInput<M>);
  };
}

function dialogHandlers(window: BrowserWindow) {
  return {
    'shell.pickImage': handler('shell.pickImage', async () => {
      const path = await pickFile(window, { filters: IMAGE_FILES });
      return path === undefined ? null : { path, name: basename(path), size: (await stat(path)).size };
    }),
    'shell.pickIdentity': handler('shell.pickIdentity', async () => {
      const path = await pickFile(window, { defaultPath: SSH_FOLDER });
      return path === undefined ? null : { path };
    }),
    'shell.pickPublicKey': handler('shell.pickPublicKey', async () => {
      const path = await pickFile(window, { defaultPath: SSH_FOLDER });
      if (path === undefined) return null;
      return { path, text: (await readSmall(path, PUBLIC_KEY_LIMIT)).toString('utf8') };
    }),
    'shell.pickUserData': handler('shell.pickUserData', async () => {
      const path = await pickFile(window, {});
      if (path === undefined) return null;
      return { name: basename(path), base64: (await readSmall(path, USER_DATA_LIMIT)).toString('base64') };
    }),
    'shell.savePrivateKey': handler('shell.savePrivateKey', (input) => savePrivateKey(window, input)),
    'shell.saveBackup': handler('shell.saveBackup', async () => saveBackup(window)),
    'shell.pickBackup': handler(
      'shell.pickBackup',
      async () => (await pickFile(window, { filters: DATABASE_FILES })) ?? null,
    ),
    'shell.openLink': handler('shell.openLink', ({ url }) => openLink(window, url)),
  };
}

function deskHandlers(window: BrowserWindow) {
  return {
    'shell.copyText': handler('shell.copyText', async ({ text }) => {
      await clipboard.writeText(text);
      return {};
    }),
    'shell.readClipboard': handler('shell.readClipboard', async () => ({ text: await clipboard.readText() })),
    'shell.setFullScreen': handler('shell.setFullScreen', async ({ on }) => {
      window.setFullScreen(on);
      return {};
    }),
  };
}

function isShellMethod(name: string): name is ShellMethodName {
  return Object.hasOwn(shellMethods, name);
}

/** Dialogs, clipboard and screen for the page, each behind a schema of its own. */
export function answerShell(window: BrowserWindow): Disposable {
  const handlers: Readonly<Record<ShellMethodName, ShellHandler>> = {
    ...dialogHandlers(window),
    ...deskHandlers(window),
  };
  return answer('micronova:shell', window.webContents, async (method, input) => {
    if (!isShellMethod(method)) throw new ExpectedError('not_supported', `There is no method “${method}”.`);
    return handlers[method](input);
  });
}
