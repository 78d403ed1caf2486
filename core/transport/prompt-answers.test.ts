import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Client } from 'ssh2';
import { afterEach, expect, it } from 'vitest';
import { drawPromptAnswers } from './prompt-answers.ts';

const open: { destroy(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

/** Both ends of a TCP connection. */
async function wire(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  await once(near, 'connect');
  server.close();
  open.push(near, far);
  return { near, far };
}

/** A client that counts what it is asked to send, and sends it. */
function counting(socket: Socket): { client: Client; asked: () => number } {
  let asked = 0;
  const client = {
    openssh_noMoreSessions: () => {
      asked += 1;
      socket.write('packet');
    },
  };
  return { client: client as unknown as Client, asked: () => asked };
}

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

it('acknowledges what was heard and not answered', async () => {
  const { near, far } = await wire();
  const { client, asked } = counting(near);
  drawPromptAnswers(client, near);
  far.write('news');
  await once(far, 'data');
  expect(asked()).toBe(1);
});

it('adds nothing to an answer', async () => {
  const { near, far } = await wire();
  const { client, asked } = counting(near);
  drawPromptAnswers(client, near);
  near.on('data', () => near.write('answer'));
  far.write('question');
  await once(far, 'data');
  await aTurn();
  expect(asked()).toBe(0);
});

it('leaves a way through a jump host alone', async () => {
  const { near } = await wire();
  const { client, asked } = counting(near);
  const tunnel = new PassThrough();
  drawPromptAnswers(client, tunnel);
  tunnel.write('news');
  await aTurn();
  expect(asked()).toBe(0);
});
