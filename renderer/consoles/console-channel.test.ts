import { describe, expect, test } from 'vitest';
import { CONSOLE_WINDOW, type ConsoleFrame } from '../../core/contract/index.ts';
import { ConsoleChannel } from './console-channel.ts';

/** The far end of a channel: what came, and a way to answer. */
function pair(): {
  channel: ConsoleChannel;
  came: ConsoleFrame[];
  send: (frame: ConsoleFrame) => void;
  quiet: () => Promise<void>;
} {
  const { port1, port2 } = new MessageChannel();
  const came: ConsoleFrame[] = [];
  port2.addEventListener('message', ({ data }: MessageEvent<ConsoleFrame>) => came.push(data));
  port2.start();
  return {
    channel: new ConsoleChannel(port1),
    came,
    send: (frame) => port2.postMessage(frame),
    quiet: async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => void setImmediate(done));
    },
  };
}

function sent(frames: readonly ConsoleFrame[]): number {
  return frames.reduce((sum, frame) => sum + (frame.type === 'data' ? frame.bytes.length : 0), 0);
}

describe('a console channel', () => {
  test('credits bytes back only when they are used', async () => {
    const { channel, came, send, quiet } = pair();
    let used: (() => void) | undefined;
    channel.listen({
      data: () =>
        new Promise((done) => {
          used = done;
        }),
      end: () => undefined,
    });
    send({ type: 'data', bytes: new Uint8Array(7) });
    await quiet();
    expect(came).toEqual([]);
    used?.();
    await quiet();
    expect(came).toEqual([{ type: 'credit', bytes: 7 }]);
    channel.close();
  });

  test('sends no more than the window until credit comes, and then the rest', async () => {
    const { channel, came, send, quiet } = pair();
    channel.listen({ data: () => undefined, end: () => undefined });
    const chunk = CONSOLE_WINDOW / 4;
    for (let n = 0; n < 6; n += 1) channel.write(new Uint8Array(chunk));
    await quiet();
    expect(sent(came)).toBe(CONSOLE_WINDOW);
    send({ type: 'credit', bytes: CONSOLE_WINDOW });
    await quiet();
    expect(sent(came)).toBe(6 * chunk);
    channel.close();
  });

  test('tells the end once, with its reason, and takes nothing after it', async () => {
    const { channel, came, send, quiet } = pair();
    const ends: unknown[] = [];
    channel.listen({ data: () => undefined, end: (error) => ends.push(error) });
    send({ type: 'end', error: { code: 'transport.closed', message: 'The link is gone.' } });
    await quiet();
    channel.write(new Uint8Array(3));
    channel.close();
    await quiet();
    expect(ends).toEqual([{ code: 'transport.closed', message: 'The link is gone.' }]);
    expect(channel.isOpen).toBe(false);
    expect(sent(came)).toBe(0);
  });
});
