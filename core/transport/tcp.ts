import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, Socket } from 'node:net';
import { ExpectedError } from '../domain/errors.ts';
import { withDeadline } from './deadline.ts';

export interface StepLimits {
  readonly signal?: AbortSignal | undefined;
  /** milliseconds */
  readonly deadline: number;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 1000 ? 1 : 0)} s`;
}

export function timedOut(what: string, deadline: number, remedy: string): ExpectedError {
  return new ExpectedError('transport.timeout', `${what} within ${seconds(deadline)}.`, { remedy });
}

/** @throws ExpectedError `transport.resolve_failed`, `transport.timeout`, `cancelled` */
export async function resolveHost(host: string, limits: StepLimits): Promise<LookupAddress[]> {
  if (isIP(host.split('%', 1)[0] ?? '') !== 0) return [{ address: host, family: host.includes(':') ? 6 : 4 }];
  const remedy = `Check the spelling, or give an address instead of a name. "ssh ${host}" would fail as well.`;
  const onTimeout = (): ExpectedError =>
    timedOut(`No name server told the address of ${host}`, limits.deadline, remedy);
  try {
    return await withDeadline({ ...limits, onTimeout }, () => lookup(host, { all: true }));
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    throw new ExpectedError('transport.resolve_failed', `The name ${host} is not known.`, {
      cause: error,
      remedy,
      field: 'address.address',
    });
  }
}

function systemCode(error: unknown): string | undefined {
  // With several addresses Node gathers one error for each of them.
  if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function connectError(error: unknown, host: string, port: number): ExpectedError {
  if (error instanceof ExpectedError) return error;
  const place = `${host} port ${port}`;
  switch (systemCode(error) ?? '') {
    case 'ECONNREFUSED':
      return new ExpectedError('transport.refused', `Nothing listens on ${place}.`, {
        cause: error,
        remedy:
          'Check the port, and that the SSH server runs on the host: systemctl status ssh (Debian) or sshd (Fedora).',
      });
    case 'ETIMEDOUT':
      return new ExpectedError('transport.timeout', `${place} did not answer.`, {
        cause: error,
        remedy: 'Check that the host is on, and that no firewall drops the connection.',
      });
    default:
      return new ExpectedError('transport.unreachable', `${place} cannot be reached.`, {
        cause: error,
        remedy: 'Check that the host is on and in this network, and whether a VPN is needed.',
      });
  }
}

function lookupFrom(addresses: LookupAddress[]): LookupFunction {
  const first = addresses[0] ?? { address: '', family: 0 };
  return (_name, options, done) => {
    if (options.all) done(null, addresses);
    else done(null, first.address, first.family);
  };
}

/**
 * Connects to the first address that answers (RFC 8305, as Node does it).
 * @throws ExpectedError `transport.refused`, `transport.unreachable`, `transport.timeout`, `cancelled`
 */
export async function connectTcp(
  host: string,
  addresses: LookupAddress[],
  port: number,
  limits: StepLimits,
): Promise<Socket> {
  const remedy = 'Check that the host is on, and that no firewall drops the connection.';
  const onTimeout = (): ExpectedError =>
    timedOut(`${host} port ${port} did not answer`, limits.deadline, remedy);
  // Without it each request of the RPC would wait for the acknowledgement of the one before.
  const socket = new Socket({ allowHalfOpen: false }).setNoDelay(true);
  try {
    await withDeadline({ ...limits, onTimeout }, (over) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      over.addEventListener('abort', () => socket.destroy(), { once: true });
      socket.once('connect', resolve).on('error', reject);
      socket.connect({ host, port, lookup: lookupFrom(addresses) });
      return promise;
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw connectError(error, host, port);
  }
}
