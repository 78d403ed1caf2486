import type { DriverRegistry } from '../compute/driver.ts';
import type { Recovery } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { controlIdentity } from '../identity/control.ts';
import type { MarkedGuest } from '../inventory/foreign-guests.ts';
import { enqueue } from '../queue/enqueue.ts';
import type { Database, Reader } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { adoptGuest } from './instances/adopt.ts';
import type { HostControl } from './hosts.ts';
import { accept, onHost } from './instances/instance-accept.ts';
import type { Handlers } from './router.ts';
import { takeOver } from './instances/take-over.ts';

function recoveries(reader: Reader, ownId: string, guests: readonly MarkedGuest[]): Recovery[] {
  const byControl = Map.groupBy(guests, ({ guest }) => guest.owner.controlId);
  return [...byControl].map(([controlId, all]) => ({
    controlId,
    controlName: all[0]?.guest.owner.controlName ?? controlId,
    own: controlId === ownId,
    instances: all.map(({ hostId, guest }) => ({
      id: guest.uuid,
      name: guest.owner.instanceName,
      hostId,
      hostName: getHost(reader, hostId)?.name ?? hostId,
      flavorName: guest.owner.flavorName,
    })),
  }));
}

function runRecovery(
  database: Database,
  all: readonly Recovery[],
  controlId: string,
  { requestId }: RequestContext,
): { taskId: string } {
  const recovery = all.find((one) => one.controlId === controlId);
  if (recovery === undefined) {
    throw new ExpectedError(
      'not_found',
      `No guest of the connected hosts carries the mark of ${controlId}.`,
      {
        field: 'controlId',
        remedy: 'List what can be recovered; a host that is away tells nothing.',
      },
    );
  }
  const taskId = database.write((tx) =>
    enqueue(tx, {
      kind: 'recovery.run',
      input: { controlId },
      subject: recovery.controlName,
      requestId,
      cancellable: true,
      lane: 'conductor',
    }),
  );
  return { taskId };
}

type Mine = 'guest.adopt' | 'guest.takeOver' | 'instance.release' | 'recovery.list' | 'recovery.run';

/** Whose the guests are: adopting, releasing, taking over, and bringing back what was lost. */
export function ownershipHandlers(
  database: Database,
  drivers: DriverRegistry,
  guests: Pick<HostControl, 'markedGuests'>,
): Handlers<Mine> {
  const list = () => recoveries(database, controlIdentity(database).id, guests.markedGuests());
  return {
    'guest.adopt': (input, context) => adoptGuest(database, drivers, input, context),
    'guest.takeOver': (input, context) => takeOver(database, drivers, input, context),
    'instance.release': ({ ref }, context) =>
      database.write((tx) =>
        accept(tx, onHost(tx, ref, 'release'), { action: 'release', input: {} }, context),
      ),
    'recovery.list': list,
    'recovery.run': ({ controlId }, context) => runRecovery(database, list(), controlId, context),
  };
}
