import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../contract/index.ts';
import type { Context } from './context.ts';
import { orAbort } from './interrupt.ts';
import { ProgressLine } from './progress.ts';
import type { Session } from './session.ts';

/** milliseconds that a command waits at most for hosts to answer for the first time */
const PATIENCE = 10_000;

function isUndecided(host: Host): boolean {
  if (host.connection === 'connecting') return true;
  return host.connection === 'disconnected' && host.connectionError === null && host.retryAt === null;
}

/**
 * A session in which each host has been reached, or has failed to be, once. Only a control plane that this command has
 * just started needs waiting for; a running one knows already.
 */
export async function connectWithHosts(context: Context): Promise<Session> {
  const session = await context.connect();
  if (!session.own) return session;
  using line = new ProgressLine(context.io);
  const until = Date.now() + PATIENCE;
  for (let hosts = await session.call('host.list', {}); hosts.some(isUndecided) && Date.now() < until;) {
    if (context.io.stderr.isTTY === true) line.update('Connecting to the hosts…');
    await orAbort(context.signal, sleep(100));
    hosts = await session.call('host.list', {});
  }
  return session;
}
