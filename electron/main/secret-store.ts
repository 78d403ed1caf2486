import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { safeStorage } from 'electron';
import { z } from 'zod';
import type { SecretStore } from '../../core/transport/secrets.ts';

/** key → what the operating system's key store has encrypted, as base64 */
const Sealed = z.record(z.string(), z.base64());
type Sealed = z.infer<typeof Sealed>;

function isAvailable(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  // On Linux without a key ring Electron would "encrypt" with a password that is in its source.
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}

async function readSealed(file: string): Promise<Sealed> {
  try {
    return Sealed.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None was kept yet, or the file is damaged: either way the person is asked again.
    return {};
  }
}

async function writeSealed(file: string, sealed: Sealed): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(sealed), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Secrets sealed by the operating system's key store, in `file`. Must be made once the app is ready. */
export function createSecretStore(file: string): SecretStore {
  // One change after another, or two at once would lose one.
  let last: Promise<unknown> = Promise.resolve();
  const change = (edit: (sealed: Sealed) => Sealed): Promise<void> => {
    const next = last.then(async () => writeSealed(file, edit(await readSealed(file))));
    last = next.catch(() => undefined);
    return next;
  };
  return {
    available: isAvailable(),
    async get(key) {
      const sealed = (await readSealed(file))[key];
      return sealed === undefined ? undefined : safeStorage.decryptString(Buffer.from(sealed, 'base64'));
    },
    set: (key, value) =>
      change((sealed) => ({ ...sealed, [key]: safeStorage.encryptString(value).toString('base64') })),
    delete: (key) =>
      change((sealed) => Object.fromEntries(Object.entries(sealed).filter(([each]) => each !== key))),
  };
}
