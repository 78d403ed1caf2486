import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { gatherWrites } from './gather-writes.ts';

/** Counts how often it was handed something, and keeps it. */
class Counter extends Writable {
  readonly pieces: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(String(chunk));
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.pieces.push(chunks.map(({ chunk }) => String(chunk)).join(''));
    done();
  }
}

it('sends what is written in one turn in one piece, however often it is asked', async () => {
  const socket = new Counter();
  gatherWrites(socket);
  socket.write('length ');
  gatherWrites(socket);
  socket.write('content ');
  socket.write('tag');
  expect(socket.pieces).toEqual([]);
  await new Promise(setImmediate);
  expect(socket.pieces).toEqual(['length content tag']);
});

it('holds nothing back after that', async () => {
  const socket = new Counter();
  gatherWrites(socket);
  await new Promise(setImmediate);
  socket.write('next');
  expect(socket.pieces).toEqual(['next']);
});
