import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Duplex, finished } from 'node:stream';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDialer } from '../../core/transport/create-dialer.ts';
import type { DialReport } from '../../core/transport/dial-options.ts';
import { Lab } from '../lab/lab.ts';
import { portOf, SshDaemon, SshWorld } from './ssh-daemon.ts';

let world: SshWorld;
let daemon: SshDaemon;

beforeAll(async () => {
  world = await SshWorld.create();
  daemon = await SshDaemon.start(world);
  (await world.dialTrusting({ port: daemon.port })).close();
});

afterAll(() => world.end());

/** A TCP server of the test's own; its connections go with it. */
async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await listening(server, '127.0.0.1');
  world.onEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server);
}

async function listening(server: Server, where: string): Promise<void> {
  server.listen(where === '127.0.0.1' ? { host: where, port: 0 } : { path: where });
  await once(server, 'listening');
}

describe('a way in that does not begin', () => {
  it.each([
    ['resolve', 'transport.resolve_failed', { address: 'no-such-host.invalid' }],
    ['connect', 'transport.refused', { port: 1 }],
    ['connect', 'transport.unreachable', { address: '255.255.255.255' }],
  ])('fails at %s with %s', async (step, code, address) => {
    const reports: DialReport[] = [];
    const dialled = world.dial(address, { onStep: (report) => reports.push(report) });
    await expect(dialled).rejects.toMatchObject({ code, remedy: expect.any(String) });
    expect(reports.at(-1)).toMatchObject({ step, result: 'failed', jump: null, error: { code } });
  });

  it('tells every step of one that works', async () => {
    const reports: DialReport[] = [];
    const link = await world.dial({ port: daemon.port }, { onStep: (report) => reports.push(report) });
    expect(reports.map(({ step, result }) => `${step} ${result}`)).toEqual([
      'resolve ok',
      'connect ok',
      'host-key ok',
      'login ok',
    ]);
    link.close();
  });

  it('says what listens there when it is no SSH server', async () => {
    const port = await serve((socket) => socket.end('220 mail.example ESMTP\r\n'));
    await expect(world.dial({ port })).rejects.toMatchObject({
      code: 'transport.not_ssh',
      message: expect.stringContaining('220 mail.example ESMTP'),
      remedy: expect.stringContaining(String(port)),
    });
  });

  it('ends with a server that closes at once', async () => {
    const port = await serve((socket) => socket.end());
    await expect(world.dial({ port })).rejects.toMatchObject({ code: 'transport.closed' });
  });

  it('ends with a server that sends garbage after its name', async () => {
    const port = await serve((socket) =>
      socket.write(Buffer.concat([Buffer.from('SSH-2.0-X\r\n'), randomBytes(400)])),
    );
    await expect(world.dial({ port }, { deadline: 1000 })).rejects.toMatchObject({
      code: expect.stringMatching(/^transport\.(closed|timeout|no_common_algorithm)$/),
    });
  });

  it('does not wait for ever for a server that says nothing', async () => {
    const port = await serve(() => undefined);
    await expect(world.dial({ port }, { deadline: 100 })).rejects.toMatchObject({
      code: 'transport.timeout',
      message: expect.stringContaining('said nothing'),
    });
  });

  it('stops when it is told to', async () => {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const port = await serve(resolve);
    const abort = new AbortController();
    const dialled = world.dial({ port }, { signal: abort.signal });
    const [socket] = await Promise.all([
      promise,
      expect(dialled).rejects.toMatchObject({ code: 'cancelled' }),
      promise.then(() => abort.abort()),
    ]);
    if (!socket.closed) await once(socket, 'close');
    await expect(world.dial({ port }, { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each(['aes256-gcm@openssh.com', 'aes128-ctr', 'chacha20-poly1305@openssh.com'])(
    'gets along with %s, which is safe with strict key exchange',
    async (cipher) => {
      const lines = [`Ciphers ${cipher}`, 'MACs hmac-sha2-256-etm@openssh.com'];
      const strict = await SshDaemon.start(world, lines);
      const link = await world.dialTrusting({ port: strict.port });
      expect(link.user).toBe('root');
      link.close();
      await strict.stop();
    },
  );

  it.each([
    ['key exchange', 'KexAlgorithms diffie-hellman-group14-sha1'],
    ['cipher', 'Ciphers aes128-cbc'],
    ['MAC', 'MACs hmac-sha1\nCiphers aes128-ctr'],
    ['host key', 'HostKeyAlgorithms ssh-rsa'],
  ])('refuses a server without a safe %s', async (_what, lines) => {
    const old = await SshDaemon.start(world, lines.split('\n'), ['rsa']);
    await expect(world.dialTrusting({ port: old.port })).rejects.toMatchObject({
      code: 'transport.no_common_algorithm',
      details: { ciphers: expect.any(Array) },
    });
    await old.stop();
  });
});

describe('sockets', () => {
  it('has bytes go both ways, in any amount, and ends as a stream should', async () => {
    const path = join(world.folder, 'echo.sock');
    const server = createServer((socket) => socket.pipe(socket));
    await listening(server, path);
    const link = await world.dial({ port: daemon.port });
    const stream = await link.openSocket(path);
    const sent = randomBytes(6 * 1024 * 1024);
    const got: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => got.push(chunk));
    stream.end(sent);
    await once(stream, 'close');
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    link.close();
    server.close();
  });

  it('holds a writer back whose reader does not read, and frees it when the channel is destroyed', async () => {
    const path = join(world.folder, 'deaf.sock');
    const server = createServer((socket) => socket.pause());
    await listening(server, path);
    const link = await world.dial({ port: daemon.port });
    const stream = await link.openSocket(path);
    let written = 0;
    while (stream.write(Buffer.alloc(1024 * 1024))) written += 1;
    expect(written).toBeLessThan(64);
    stream.destroy();
    await once(stream, 'close');
    link.close();
    server.close();
  });

  it('tells a missing socket from a forbidden one', async () => {
    const folder = join(world.folder, 'libvirt');
    await mkdir(folder);
    const open = createServer();
    await listening(open, join(folder, 'libvirt-sock-ro'));
    const link = await world.dial({ port: daemon.port });
    // Root may open everything: that only the read-only socket opens is made up by leaving the other out.
    await expect(link.openSocket(join(folder, 'libvirt-sock'))).rejects.toMatchObject({
      code: 'transport.socket_forbidden',
      remedy: expect.stringContaining('usermod -aG libvirt'),
    });
    link.close();
    open.close();
  });

  it.each(['AllowStreamLocalForwarding no', 'DisableForwarding yes'])(
    'tells that "%s" is the reason',
    async (line) => {
      const closed = await SshDaemon.start(world, [line]);
      const path = join(world.folder, 'there.sock');
      const server = createServer();
      await listening(server, path);
      await chmod(path, 0o777);
      const link = await world.dialTrusting({ port: closed.port });
      await expect(link.openSocket(path)).rejects.toMatchObject({
        code: 'transport.forwarding_disabled',
        remedy: expect.stringContaining('AllowStreamLocalForwarding local'),
      });
      link.close();
      server.close();
      await closed.stop();
    },
  );

  it('tells that a port is refused, unknown, or not forwarded', async () => {
    const link = await world.dial({ port: daemon.port });
    await expect(link.openTcp('127.0.0.1', 1)).rejects.toMatchObject({ code: 'transport.refused' });
    await expect(link.openTcp('no-such-host.invalid', 1)).rejects.toMatchObject({
      code: expect.stringMatching(/resolve_failed|unreachable/),
    });
    link.close();
    const closed = await SshDaemon.start(world, ['AllowTcpForwarding no']);
    const other = await world.dialTrusting({ port: closed.port });
    await expect(other.openTcp('127.0.0.1', daemon.port)).rejects.toMatchObject({
      code: 'transport.forwarding_disabled',
    });
    other.close();
    await closed.stop();
  });

  it('gives up on a channel that a server never answers', async () => {
    const hostKey = await readFile(join(world.folder, `host-${daemon.port}-ed25519`));
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('authentication', (context) => context.accept()).on('error', () => undefined);
      client.on('openssh.streamlocal', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    world.onEnd(() => void server.close());
    const link = await world.dialTrusting({ port: portOf(server) });
    await expect(link.openSocket('/x', { deadline: 100 })).rejects.toMatchObject({
      code: 'transport.timeout',
    });
    const abort = new AbortController();
    const opening = link.openSocket('/x', { signal: abort.signal });
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
    const waiting = link.openSocket('/x');
    link.close();
    await expect(waiting).rejects.toMatchObject({ code: 'transport.closed' });
    await expect(link.openSocket('/x')).rejects.toMatchObject({ code: 'transport.closed' });
  });
});

/** @returns why the stream ended; null where nothing went wrong */
function streamEnd(stream: Duplex): Promise<Error | null> {
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  finished(stream, (error) => resolve(error ?? null));
  return promise;
}

describe('a link that dies', () => {
  const lab = Lab.attach(inject('lab'));
  const host = lab.host(2);
  const address = { port: host.port, identityFiles: [lab.key], useAgent: false };

  it('is seen within linkTimeout when the wire goes dead without a word', async () => {
    const link = await world.dialTrusting(address, { linkTimeout: 1000 });
    const stream = await link.openSocket('/run/libvirt/libvirt-sock');
    const ended = streamEnd(stream);
    await host.cutLink();
    try {
      await expect(link.closed).resolves.toMatchObject({
        code: 'transport.closed',
        message: expect.stringContaining('nothing was heard for 1 s'),
      });
      await expect(ended).resolves.toMatchObject({ code: 'transport.closed' });
    } finally {
      await host.restoreLink();
    }
  });

  it('is seen at once when the connection breaks, in mid-write too', async () => {
    const link = await world.dialTrusting(address);
    const stream = await link.openSocket('/run/libvirt/libvirt-sock');
    const ended = streamEnd(stream);
    // libvirtd stops reading at the first nonsense; what is left waits in the channel.
    for (let chunks = 0; chunks < 8; chunks += 1) stream.write(Buffer.alloc(1024 * 1024));
    await host.closeLink();
    await expect(link.closed).resolves.toMatchObject({ code: 'transport.closed' });
    await expect(ended).resolves.toBeInstanceOf(Error);
    await host.restoreLink();
  });

  it('lives on while nothing is said for many times the timeout', async () => {
    const link = await world.dialTrusting(address, { linkTimeout: 250 });
    const state = await Promise.race([
      link.closed.then(() => 'closed'),
      new Promise((resolve) => setTimeout(resolve, 2000, 'open')),
    ]);
    expect(state).toBe('open');
    link.close();
    await expect(link.closed).resolves.toBeNull();
  });
});

describe('this computer', () => {
  const local = { kind: 'local', uri: 'qemu:///system' } as const;

  it('opens its own sockets, and tells what is wrong with them', async () => {
    const { knownHosts, environment } = world;
    const link = await createDialer(local, { knownHosts, environment }).connect();
    const path = join(world.folder, 'local.sock');
    const server = createServer((socket) => socket.end('hello'));
    await listening(server, path);
    const stream = await link.openSocket(path);
    const [hello]: unknown[] = await once(stream, 'data');
    expect(String(hello)).toBe('hello');
    server.close();
    await expect(link.openSocket('/run/libvirt/none-sock')).rejects.toMatchObject({
      code: 'transport.socket_missing',
    });
    link.close();
    await expect(link.closed).resolves.toBeNull();
  });

  it('says that there is no libvirt on Windows', async () => {
    const { knownHosts } = world;
    const environment = { ...world.environment, platform: 'win32' as const };
    const dialled = createDialer(local, { knownHosts, environment }).connect();
    await expect(dialled).rejects.toMatchObject({ code: 'not_supported' });
  });
});
