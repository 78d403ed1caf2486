import { markedAsOurs } from '../conductor/recover-instances.ts';
import { rebuildRow } from '../conductor/rebuild-row.ts';
import type { DriverRegistry } from '../compute/driver.ts';
import type { Parsed, Recovery } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { controlIdentity } from '../identity/control.ts';
import type { MarkedGuest } from '../inventory/foreign-guests.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane } from '../queue/kinds.ts';
import { startAction } from '../state/actions.ts';
import type { Database, Reader } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { adoptGuest, lookAt, notAdoptable } from './adopt.ts';
import type { HostControl } from './hosts.ts';
import { accept, type Accepted, onHost } from './instance-accept.ts';
import type { Handlers } from './router.ts';

/**
 * A deliberate act: the guest's mark becomes ours, and whoever had it learns of that.
 * @throws ExpectedError `guest.not_found`, `guest.not_adoptable`, `host.unavailable`
 */
async function takeOver(
  database: Database,
  drivers: DriverRegistry,
  input: Parsed<'guest.takeOver'>,
  { requestId, user }: RequestContext,
): Promise<Accepted> {
  const { host, found } = await lookAt(database, drivers, input.host, input.uuid);
  const { description } = found;
  if (description === null) {
    throw notAdoptable(found.domainName, found.badMark ?? 'it is nobody’s instance', 'Adopt it instead.');
  }
  const ours = markedAsOurs(database, description);
  const expected = { controlId: description.control.id, generation: description.control.generation };
  const state = { vmState: 'building', taskState: 'spawning' } as const;
  return database.write((tx) => {
    const instance = rebuildRow(tx, found, ours, { hostId: host.id, requestId }, state);
    startAction(tx, { instanceId: instance.id, requestId }, 'take_over', user);
    const taskId = enqueue(tx, {
      kind: 'instance.take_over',
      input: { instanceId: instance.id, expected },
      subject: instance.name,
      instanceId: instance.id,
      hostId: host.id,
      requestId,
      cancellable: false,
      lane: hostLane(host.id),
    });
    return { instance, taskId };
  });
}

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
