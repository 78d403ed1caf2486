import type { Writable } from 'node:stream';

/**
 * Holds back what is written until this turn is over, and sends it in one piece. ssh2 writes every packet in three parts
 * (length, content, tag) of up to 32 KiB: each would be a system call here, and a wake-up for whoever reads them.
 */
export function gatherWrites(socket: Writable): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
}
