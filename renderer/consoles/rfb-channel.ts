import type { RawChannel } from '@novnc/novnc';
import type { ErrorBody } from '../../core/contract/index.ts';
import type { ConsoleChannel } from './console-channel.ts';

/**
 * A console channel in the shape that noVNC takes for a WebSocket (the eight properties that its `core/websock.js`
 * asks for).
 */
export function rfbChannel(channel: ConsoleChannel, ended: (error: ErrorBody | null) => void): RawChannel {
  const raw: RawChannel = {
    binaryType: 'arraybuffer',
    protocol: '',
    get readyState() {
      return channel.isOpen ? 'open' : 'closed';
    },
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send: (bytes) => channel.write(bytes),
    close: () => channel.close(),
  };
  channel.listen({
    data(bytes) {
      raw.onmessage?.({ data: bytes.slice().buffer });
    },
    end(error) {
      const event = {
        code: error === null ? 1000 : 1006,
        reason: error?.message ?? '',
        wasClean: error === null,
      };
      // Like a WebSocket, never before `close()` has answered: noVNC would miss it.
      queueMicrotask(() => raw.onclose?.(event));
      ended(error);
    },
  });
  return raw;
}
