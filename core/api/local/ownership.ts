import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError, isExpected } from '../../domain/errors.ts';
import { connectLocal } from './client.ts';
import type { ServerHello } from './protocol.ts';
import { serveLocal, type LocalServer, type ServeOptions } from './server.ts';
import type { ServedControlPlane } from './served.ts';

interface Closable {
  close(): Promise<void>;
}

/** milliseconds in which two that started together, and refused each other, must have found out who goes first */
const CONTEST = 10_000;

export interface OwnedHome<P> {
  readonly plane: P;
  readonly server: LocalServer;
  /** First the socket, then the control plane: whoever owns the folder next must find its place free. */
  close(): Promise<void>;
}

function inUse(home: string, owner: ServerHello): ExpectedError {
  return new ExpectedError(
    'state.in_use',
    `Another Micronova (${owner.owner}, process ${owner.pid}) owns ${home}.`,
    { remedy: 'Use that one, quit it first, or name another data folder with --home.' },
  );
}

/** Who answers on the folder's socket; null when nobody does. */
async function currentOwner(home: string, version: string): Promise<ServerHello | null> {
  const client = await connectLocal(home, version);
  client?.[Symbol.dispose]();
  return client?.server ?? null;
}

async function create<P>(home: string, version: string, start: () => Promise<P>): Promise<P> {
  const until = Date.now() + CONTEST;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!isExpected(error, 'state.in_use')) throw error;
      const owner = await currentOwner(home, version);
      if (owner !== null) throw inUse(home, owner);
      if (Date.now() > until) throw error;
      // Each may hold what the other needs. Chance decides who tries again first.
      await sleep(20 + Math.random() * 200);
    }
  }
}

/**
 * Becomes the one owner of a data folder: starts the control plane and serves it to the command line.
 *
 * Ownership is the exclusive lock that the control plane's database holds. The operating system drops such a lock
 * together with its process, on Linux, macOS and Windows alike, so there is no stale lock file to judge, no process id
 * that another program may have got since, and no moment in which two could both hold it. The socket comes after the
 * lock and goes before it.
 * @throws ExpectedError `state.in_use` when another Micronova owns it, and whatever `start` throws
 */
export async function ownHome<P extends ServedControlPlane & Closable>(
  home: string,
  options: ServeOptions,
  start: () => Promise<P>,
): Promise<OwnedHome<P>> {
  const plane = await create(home, options.version, start);
  try {
    const server = await serveLocal(plane, home, options);
    return {
      plane,
      server,
      close: async () => {
        await server[Symbol.asyncDispose]();
        await plane.close();
      },
    };
  } catch (error) {
    await plane.close();
    throw error;
  }
}
