import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTINGS as DEFAULTS } from '../../../tests/fakes/data.ts';
import { z } from 'zod';
import type { ContractEvent } from '../../contract/index.ts';
import { ExpectedError, isExpected } from '../../domain/errors.ts';
import { controlAddress } from '../../transport/platform.ts';
import { connectLocal, type LocalClient } from './client.ts';
import { PROTOCOL } from './protocol.ts';
import type { ServedControlPlane } from './served.ts';
import { serveLocal, type LocalServer } from './server.ts';

const VERSION = '1.2.3';
const TICKET = '7d3bbf4e-86fc-4d0a-9f6e-9b9d4a2e8f10';
const SETTINGS = { ...DEFAULTS, theme: 'dark', language: 'en' } as const;

class FakePlane implements ServedControlPlane {
  readonly listeners = new Set<(event: ContractEvent) => void>();
  readonly pipes: Duplex[] = [];
  answer: (method: string, input: unknown) => unknown = () => SETTINGS;

  async call(method: string, input: unknown): Promise<unknown> {
    return this.answer(method, input);
  }

  subscribe(listener: (event: ContractEvent) => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  async redeemConsole(ticket: string): Promise<Duplex> {
    if (ticket !== TICKET) throw new ExpectedError('not_found', 'There is no such ticket.');
    const [ours, theirs] = duplexPair();
    this.pipes.push(theirs);
    return ours;
  }

  emit(event: ContractEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

let home: string;
let plane: FakePlane;
let server: LocalServer;
const open: { destroy?: () => void; [Symbol.dispose]?: () => void }[] = [];

async function client(): Promise<LocalClient> {
  const connected = await connectLocal(home, VERSION);
  if (connected === null) throw new Error('nobody serves');
  open.push(connected);
  return connected;
}

async function raw(): Promise<Socket> {
  const socket = connect(controlAddress(home).path);
  socket.on('error', () => undefined);
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}

const HELLO = `${JSON.stringify({ type: 'hello', protocol: PROTOCOL, version: VERSION })}\n`;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'micronova-local-'));
  plane = new FakePlane();
  server = await serveLocal(plane, home, { owner: 'serve', version: VERSION });
});

afterEach(async () => {
  for (const one of open.splice(0)) (one.destroy ?? one[Symbol.dispose])?.call(one);
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

describe('a call', () => {
  it('answers, and says who owns the folder', async () => {
    const micronova = await client();
    expect(await micronova.call('settings.get', {})).toEqual(SETTINGS);
    expect(micronova.server).toMatchObject({ owner: 'serve', version: VERSION, pid: process.pid, home });
  });

  it('brings an expected error back whole', async () => {
    plane.answer = () => {
      throw new ExpectedError('name_taken', 'taken', { field: 'name', remedy: 'another', details: { n: 1 } });
    };
    const failure = await (await client()).call('settings.get', {}).catch((error: unknown) => error);
    expect(isExpected(failure, 'name_taken')).toBe(true);
    expect(failure).toMatchObject({ field: 'name', remedy: 'another', details: { n: 1 } });
  });

  it('refuses an answer that breaks the contract', async () => {
    plane.answer = () => ({ ...SETTINGS, theme: 'pink' });
    await expect((await client()).call('settings.get', {})).rejects.toThrow('expected form');
  });

  it('answers many at once, in any order, to several clients', async () => {
    const gates = new Map<number, () => void>();
    plane.answer = async (_method, input) => {
      const { linkTimeout } = z.object({ linkTimeout: z.number() }).parse(input);
      await new Promise<void>((done) => gates.set(linkTimeout, done));
      return { ...SETTINGS, linkTimeout };
    };
    const [one, other] = [await client(), await client()];
    const calls = Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0 ? one : other).call('settings.set', { linkTimeout: 1000 + n }),
    );
    await expect.poll(() => gates.size).toBe(40);
    for (const n of [...gates.keys()].toReversed()) gates.get(n)?.();
    expect((await Promise.all(calls)).map((answer) => answer.linkTimeout)).toEqual(
      Array.from({ length: 40 }, (_, n) => 1000 + n),
    );
  });

  it('fails when the owner ends in the middle of it', async () => {
    plane.answer = () => new Promise(() => undefined);
    const micronova = await client();
    const waiting = micronova.call('settings.get', {});
    await server[Symbol.asyncDispose]();
    await expect(waiting).rejects.toThrow('has ended');
    await micronova.closed;
  });

  it('finds nobody where nobody serves, and behind a socket that a dead owner left', async () => {
    await server[Symbol.asyncDispose]();
    expect(await connectLocal(home, VERSION)).toBeNull();
    await writeFile(controlAddress(home).path, '');
    expect(await connectLocal(home, VERSION)).toBeNull();
    server = await serveLocal(plane, home, { owner: 'serve', version: VERSION });
    expect(await (await client()).call('settings.get', {})).toEqual(SETTINGS);
  });

  it('refuses an owner of another version, and says which', async () => {
    const failure = await connectLocal(home, '9.9.9').catch((error: unknown) => error);
    expect(isExpected(failure, 'conflict')).toBe(true);
    expect(String(failure)).toContain(VERSION);
  });
});

describe('events', () => {
  const event: ContractEvent = { type: 'settings.changed', value: SETTINGS };

  it('reach every subscriber until it leaves', async () => {
    const [one, other] = [await client(), await client()];
    const heard: string[] = [];
    const subscription = await one.subscribe((heardEvent) => heard.push(`one ${heardEvent.type}`));
    await other.subscribe((heardEvent) => heard.push(`other ${heardEvent.type}`));
    plane.emit(event);
    await expect.poll(() => heard.toSorted()).toEqual(['one settings.changed', 'other settings.changed']);
    subscription[Symbol.dispose]();
    one[Symbol.dispose]();
    await expect.poll(() => plane.listeners.size).toBe(1);
  });

  it('do not pile up for a client that never reads', async () => {
    const socket = await raw();
    socket.write(`${HELLO}{"type":"subscribe","id":1}\n`);
    await expect.poll(() => plane.listeners.size).toBe(1);
    socket.pause();
    for (let n = 0; n < 1_000_000 && plane.listeners.size > 0; n += 1) {
      plane.emit(event);
      if (n % 10_000 === 0) await new Promise(setImmediate);
    }
    await expect.poll(() => plane.listeners.size).toBe(0);
  });
});

describe('a console', () => {
  it('is a raw pipe both ways, whatever the bytes', async () => {
    const pipe = await (await client()).openConsole(TICKET);
    open.push(pipe);
    pipe.resume();
    const guest = plane.pipes[0]!;
    const bytes = Buffer.from([0, 10, 13, 255, 254, 10, 123]);
    pipe.write(bytes);
    expect((await once(guest, 'data'))[0]).toEqual(bytes);
    guest.write(bytes);
    expect((await once(pipe, 'data'))[0]).toEqual(bytes);
    guest.end();
    await once(pipe, 'close');
  });

  it('ends on the host side when the client leaves', async () => {
    const pipe = await (await client()).openConsole(TICKET);
    pipe.destroy();
    await once(plane.pipes[0]!.resume(), 'close');
    expect(plane.pipes[0]!.destroyed).toBe(true);
  });

  it('keeps bytes that follow the request at once', async () => {
    const socket = await raw();
    socket.write(`${HELLO}{"type":"console","id":1,"ticket":"${TICKET}"}\nroot\n`);
    await expect.poll(() => plane.pipes.length).toBe(1);
    expect(String((await once(plane.pipes[0]!, 'data'))[0])).toBe('root\n');
  });

  it('is refused without a ticket', async () => {
    const other = '00000000-0000-4000-8000-000000000000';
    await expect((await client()).openConsole(other)).rejects.toThrow('no such ticket');
  });
});

describe('a hostile client', () => {
  const cases = {
    garbage: Buffer.from([0, 1, 2, 255, 10]),
    'a call before the greeting': '{"type":"call","id":1,"method":"settings.get","input":{}}\n',
    'two greetings': HELLO + HELLO,
    'an unknown message': `${HELLO}{"type":"exec","id":1}\n`,
    'an unknown field': `${HELLO}{"type":"subscribe","id":1,"more":1}\n`,
    'a number': `${HELLO}7\n`,
    'a line without end': Buffer.alloc(2 * 1024 * 1024, 0x20),
  };
  it.each(Object.entries(cases))('that sends %s is told and dropped', async (_name, bytes) => {
    const socket = await raw();
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer.trimEnd().split('\n').at(-1)).toContain('"code":"bad_input"');
    expect(await (await client()).call('settings.get', {})).toEqual(SETTINGS);
  });

  it('that never reads its answers is not read on', async () => {
    let calls = 0;
    plane.answer = () => {
      calls += 1;
      return 'x'.repeat(100_000);
    };
    const socket = await raw();
    socket.pause();
    socket.write(HELLO);
    for (let id = 0; id < 2000; id += 1) {
      socket.write(`{"type":"call","id":${id},"method":"settings.get","input":{}}\n`);
    }
    await expect.poll(() => calls).toBeGreaterThan(0);
    expect(await (await client()).call('system.status', {}).catch(() => 'answered')).toBe('answered');
    expect(calls).toBeLessThan(300);
  });
});

describe.skipIf(process.platform === 'win32')('the socket', () => {
  it('is for this account only', async () => {
    const { path, folder } = controlAddress(home);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder!)).mode & 0o777).toBe(0o700);
  });

  it('closes a folder that was open to others', async () => {
    await server[Symbol.asyncDispose]();
    await chmod(home, 0o755);
    server = await serveLocal(plane, home, { owner: 'serve', version: VERSION });
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  });

  it('of an owner that is no Micronova is refused, not believed', async () => {
    await server[Symbol.asyncDispose]();
    const impostor = createServer((socket) => socket.resume().end('HTTP/1.1 200 OK\r\n\r\n'));
    await new Promise<void>((done) => impostor.listen(controlAddress(home).path, done));
    await expect(connectLocal(home, VERSION)).rejects.toThrow('one line of JSON');
    await new Promise((done) => impostor.close(done));
  });
});
