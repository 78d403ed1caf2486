import { ipcMain, type WebContents } from 'electron';
import type { Reply } from '../../core/contract/index.ts';
import { ExpectedError, toErrorBody } from '../../core/domain/errors.ts';
import { isOurPage } from './sender.ts';

/** Runs one call of the page and turns its outcome, whatever it is, into a value that may cross. */
export async function reply(run: () => Promise<unknown>): Promise<Reply> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, error: toErrorBody(error) };
  }
}

/**
 * Answers the page on one channel: `(method, input)` in, a `Reply` out. Who asks is checked here; the input is parsed by
 * `run`, which holds the schemas.
 * @returns a disposable that stops answering
 */
export function answer(
  channel: string,
  window: WebContents,
  run: (method: string, input: unknown) => Promise<unknown>,
): Disposable {
  ipcMain.handle(channel, (event, method: unknown, input: unknown) =>
    reply(async () => {
      if (!isOurPage(event.senderFrame, window)) {
        throw new ExpectedError('not_supported', 'This page may not call Micronova.');
      }
      if (typeof method !== 'string') throw new ExpectedError('bad_input', 'A call needs a method name.');
      return run(method, input);
    }),
  );
  return { [Symbol.dispose]: () => ipcMain.removeHandler(channel) };
}
