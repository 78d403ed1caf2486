import type { Duplex } from 'node:stream';
import { CONSOLE_WINDOW, ConsoleFrame, type ErrorBody } from '../../core/contract/index.ts';
import { ExpectedError, toErrorBody } from '../../core/domain/errors.ts';

/** The part of a MessagePort that a console needs; Electron's `MessagePortMain` is one. */
export interface FramePort {
  postMessage(frame: ConsoleFrame): void;
  on(event: 'message', listener: (message: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/**
 * Joins a console's byte stream and a port, with credit both ways: a page that does not keep up stops the host from
 * sending, and a stream that does not drain stops the page.
 */
export function pipeConsole(stream: Duplex, port: FramePort): Disposable {
  let credit = CONSOLE_WINDOW;
  let over = false;

  const end = (error: ErrorBody | null): void => {
    if (over) return;
    over = true;
    port.postMessage({ type: 'end', error });
    stream.destroy();
    port.close();
  };
  const write = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    stream.write(bytes, (error) => {
      if (!error && !over) port.postMessage({ type: 'credit', bytes: bytes.length });
    });
  };

  stream.on('data', (chunk: Uint8Array) => {
    if (over) return;
    credit -= chunk.length;
    port.postMessage({ type: 'data', bytes: new Uint8Array(chunk) });
    if (credit <= 0) stream.pause();
  });
  stream.on('error', (error) => end(toErrorBody(error)));
  stream.on('close', () => end(null));
  stream.on('end', () => end(null));
  port.on('message', ({ data }) => {
    const frame = ConsoleFrame.safeParse(data);
    if (!frame.success) {
      end(toErrorBody(new ExpectedError('bad_input', 'The window sent something that is no console frame.')));
    } else if (frame.data.type === 'data') write(frame.data.bytes);
    else if (frame.data.type === 'end') end(null);
    else {
      credit += frame.data.bytes;
      if (credit > 0) stream.resume();
    }
  });
  port.on('close', () => end(null));
  port.start();
  return { [Symbol.dispose]: () => end(null) };
}
