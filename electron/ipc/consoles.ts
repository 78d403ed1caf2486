import { ipcMain, type IpcMainEvent, type WebContents } from 'electron';
import type { Duplex } from 'node:stream';
import { ConsoleRequest } from '../../core/contract/index.ts';
import { toErrorBody } from '../../core/domain/errors.ts';
import { pipeConsole } from './console-pipe.ts';
import { isOurPage } from './sender.ts';

/** Exchanges a console ticket for its byte pipe over the port that came with the request. */
export function serveConsoles(window: WebContents, redeem: (ticket: string) => Promise<Duplex>): Disposable {
  const open = new Set<Disposable>();

  const onRequest = async (event: IpcMainEvent, message: unknown): Promise<void> => {
    const [port] = event.ports;
    if (port === undefined) return;
    const request = ConsoleRequest.safeParse(message);
    if (!isOurPage(event.senderFrame, window) || !request.success) {
      port.close();
      return;
    }
    try {
      const stream = await redeem(request.data.ticket);
      const pipe = pipeConsole(stream, port);
      open.add(pipe);
      stream.once('close', () => open.delete(pipe));
    } catch (error) {
      port.postMessage({ type: 'end', error: toErrorBody(error) });
      port.close();
    }
  };
  const listener = (event: IpcMainEvent, message: unknown): void => void onRequest(event, message);

  ipcMain.on('micronova:console', listener);
  return {
    [Symbol.dispose]() {
      ipcMain.off('micronova:console', listener);
      for (const pipe of open) pipe[Symbol.dispose]();
    },
  };
}
