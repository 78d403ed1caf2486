import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';

declare module 'ssh2' {
  interface Client {
    /** Without a callback no answer is asked for; its types leave this out. */
    openssh_noMoreSessions(): this;
  }
}

/**
 * Keeps the other end's Nagle algorithm (RFC 896) from holding back the last of several answers until this computer
 * acknowledges the first, which it puts off for 40 to 200 ms (RFC 1122 section 4.2.3.2): sshd switches it off for
 * shells only. What was heard and not answered is acknowledged with the smallest packet that needs no answer. That it
 * asks the server to refuse sessions suits a client that never runs a command there. Source: OpenSSH's PROTOCOL, 2.2
 */
export function drawPromptAnswers(client: Client, socket: Duplex): void {
  // Through a jump host the acknowledging is between the jump host and its server.
  if (!(socket instanceof Socket)) return;
  let due = false;
  socket.on('data', () => {
    if (due) return;
    due = true;
    const sent = socket.bytesWritten;
    // After whoever waited for it has had its turn, and perhaps sent something.
    setImmediate(() => {
      due = false;
      if (socket.writable && socket.bytesWritten === sent) client.openssh_noMoreSessions();
    });
  });
}
