import type { Duplex } from 'node:stream';
import type { consoleMethods } from '../contract/index.ts';
import type { ComputeDriver, DriverRegistry } from '../compute/driver.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database } from '../state/database.ts';
import type { ConsoleTickets } from './console-tickets.ts';
import { checkState, findInstance, hostOf } from './instances/find-instance.ts';
import type { Handlers } from './router.ts';

/** milliseconds */
const OPEN_DEADLINE = 20_000;

interface Opened {
  readonly stream: Duplex;
  readonly password: string | null;
}

async function openPipe(driver: ComputeDriver, id: string, type: 'serial' | 'vnc'): Promise<Opened> {
  const options = { signal: AbortSignal.timeout(OPEN_DEADLINE) };
  const able = type === 'vnc' ? driver.capabilities.vncConsole : driver.capabilities.serialConsole;
  if (able !== 'yes') {
    throw new ExpectedError('not_supported', `The host of this instance offers no ${type} console.`, {
      remedy: type === 'vnc' ? 'Use the serial console.' : 'Use the screen (VNC).',
    });
  }
  if (type === 'vnc') return await driver.openDisplay(id, options);
  return { stream: await driver.openSerial(id, options), password: null };
}

export function consoleHandlers(
  database: Database,
  drivers: DriverRegistry,
  tickets: ConsoleTickets,
): Handlers<keyof typeof consoleMethods> {
  return {
    'console.open': async ({ ref, type }) => {
      const instance = findInstance(database, ref);
      checkState(database, instance, 'console');
      const { stream, password } = await openPipe(drivers.get(hostOf(instance)), instance.id, type);
      return { ticket: tickets.issue(stream), instanceId: instance.id, type, password };
    },
  };
}
