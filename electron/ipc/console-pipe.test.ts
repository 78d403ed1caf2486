import { EventEmitter } from 'node:events';
import { PassThrough, Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { CONSOLE_WINDOW, type ConsoleFrame } from '../../core/contract/index.ts';
import { pipeConsole, type FramePort } from './console-pipe.ts';

class FakePort extends EventEmitter implements FramePort {
  readonly sent: ConsoleFrame[] = [];
  closed = false;

  postMessage(frame: ConsoleFrame): void {
    this.sent.push(frame);
  }
  start(): void {}
  close(): void {
    this.closed = true;
  }
  receive(data: unknown): void {
    this.emit('message', { data });
  }
  bytes(): number {
    return this.sent.reduce((sum, frame) => sum + (frame.type === 'data' ? frame.bytes.length : 0), 0);
  }
}

function turn(): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, 5);
  });
}

describe('a console pipe', () => {
  test('stops the host when the page does not keep up, and goes on with its credit', async () => {
    const stream = new PassThrough({ highWaterMark: 64 * 1024 });
    const port = new FakePort();
    pipeConsole(stream, port);
    const total = CONSOLE_WINDOW * 3;
    let given = 0;
    const feed = (): void => {
      while (given < total) {
        given += 64 * 1024;
        if (!stream.write(Buffer.alloc(64 * 1024))) {
          stream.once('drain', feed);
          return;
        }
      }
    };
    feed();
    await turn();
    expect(port.bytes()).toBe(CONSOLE_WINDOW);
    port.receive({ type: 'credit', bytes: CONSOLE_WINDOW });
    await turn();
    expect(port.bytes()).toBe(2 * CONSOLE_WINDOW);
    port.receive({ type: 'credit', bytes: CONSOLE_WINDOW });
    await turn();
    expect(port.bytes()).toBe(total);
  });

  test('credits the page only when the host has taken its bytes', async () => {
    let taken: (() => void) | undefined;
    const stream = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        taken = done;
      },
    });
    const port = new FakePort();
    pipeConsole(stream, port);
    port.receive({ type: 'data', bytes: new Uint8Array([1, 2, 3]) });
    await turn();
    expect(port.sent).toEqual([]);
    taken?.();
    await turn();
    expect(port.sent).toEqual([{ type: 'credit', bytes: 3 }]);
  });

  test('tells why the host went, once, and closes both ends', async () => {
    const stream = new PassThrough();
    const port = new FakePort();
    pipeConsole(stream, port);
    stream.destroy(new Error('gone'));
    await turn();
    expect(port.sent).toEqual([{ type: 'end', error: { code: 'internal', message: 'gone' } }]);
    expect(port.closed).toBe(true);
  });

  test.each([
    [{ type: 'data', bytes: 'text' }],
    [null],
    [{ type: 'credit', bytes: -5 }],
    [{ type: 'other' }],
  ])('ends on a frame that is none: %j', async (frame) => {
    const stream = new PassThrough();
    const port = new FakePort();
    pipeConsole(stream, port);
    port.receive(frame);
    await turn();
    expect(port.sent).toMatchObject([{ type: 'end', error: { code: 'bad_input' } }]);
    expect(stream.destroyed).toBe(true);
  });

  test('ends when the page goes away', async () => {
    const stream = new PassThrough();
    const port = new FakePort();
    pipeConsole(stream, port);
    port.emit('close');
    await turn();
    expect(stream.destroyed).toBe(true);
  });
});
