import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { type SystemStatus } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { controlAddress } from '../../transport/platform.ts';
import { PROTOCOL, type ServerHello } from './protocol.ts';
import type { ServedControlPlane } from './served.ts';
import { LocalSession } from './session.ts';

export interface ServeOptions {
  readonly owner: SystemStatus['owner'];
  readonly version: string;
}

export interface LocalServer extends AsyncDisposable {
  /** how many clients are connected */
  readonly clients: number;
  /** Answers when the last client has left. */
  abandoned(): Promise<void>;
  /** Lets nobody in any more, drops whoever is connected and takes the socket away. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** clients at once; a console is one too */
const MAX_CLIENTS = 100;

async function preparePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const uid = process.getuid?.();
  // In a shared temporary folder somebody else may have made it first, and could then take the socket away.
  if (uid !== undefined && found.uid !== uid) {
    throw new ExpectedError('state.read_only', `The folder ${folder} belongs to another user.`, {
      remedy: 'Name a data folder of your own with --home or MICRONOVA_HOME.',
    });
  }
  await chmod(folder, 0o700);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen({ path, backlog: MAX_CLIENTS }, () => {
      server.off('error', fail);
      done();
    });
  });
}

/**
 * Serves the contract to the command line over a socket that only this account may open (on Windows a named pipe).
 * The caller owns the data folder, by the exclusive lock on its database: that is why a socket file found here can
 * only be a dead owner's, and why taking it away races with nobody.
 */
export async function serveLocal(
  plane: ServedControlPlane,
  home: string,
  options: ServeOptions,
): Promise<LocalServer> {
  const { path, folder } = controlAddress(home);
  const hello: ServerHello = {
    type: 'hello',
    protocol: PROTOCOL,
    version: options.version,
    home: resolve(home),
    pid: process.pid,
    owner: options.owner,
  };
  const sessions = new Map<Socket, LocalSession>();
  const server = createServer((socket) => {
    sessions.set(socket, new LocalSession(socket, plane, hello));
    socket.once('close', () => {
      sessions.delete(socket);
      if (sessions.size === 0) server.emit('abandoned');
    });
  });
  server.maxConnections = MAX_CLIENTS;
  if (folder !== null) {
    await preparePrivateFolder(folder);
    await rm(path, { force: true });
  }
  await listen(server, path).catch((cause: unknown) => {
    throw new ExpectedError(
      'state.read_only',
      `The socket for the command line, ${path}, cannot be opened.`,
      {
        cause,
        remedy: 'Name another data folder with --home or MICRONOVA_HOME.',
      },
    );
  });
  if (folder !== null) await chmod(path, 0o600);
  return {
    get clients() {
      return sessions.size;
    },
    abandoned: () =>
      sessions.size === 0
        ? Promise.resolve()
        : new Promise((done) => void server.once('abandoned', () => done())),
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sessions.keys()) socket.destroy();
      }),
  };
}
