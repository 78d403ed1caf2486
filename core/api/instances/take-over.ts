import type { DriverRegistry } from '../../compute/driver.ts';
import type { GuestDescription } from '../../compute/mark.ts';
import type { FoundGuest } from '../../compute/ownership.ts';
import { rebuildRow } from '../../conductor/rebuild-row.ts';
import { markedAsOurs } from '../../conductor/operations/recover-instances.ts';
import type { Host, Parsed } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { RequestContext } from '../../identity/context.ts';
import { enqueue } from '../../queue/enqueue.ts';
import { hostLane } from '../../queue/kinds.ts';
import { startAction } from '../../state/actions.ts';
import type { Database } from '../../state/database.ts';
import { findHost } from '../hosts.ts';
import type { Accepted } from './instance-accept.ts';

/** milliseconds for a look at one guest */
const LOOK_DEADLINE = 30_000;

export function notAdoptable(name: string, why: string, remedy?: string): ExpectedError {
  return new ExpectedError('guest.not_adoptable', `${name} cannot be adopted: ${why}.`, {
    ...(remedy !== undefined && { remedy }),
  });
}

/** One look at a guest of a connected host. */
export async function lookAt(database: Database, drivers: DriverRegistry, ref: string, uuid: string) {
  const host = findHost(database, ref, 'host');
  const signal = AbortSignal.timeout(LOOK_DEADLINE);
  return { host, found: await drivers.get(host.id).findGuest(uuid, { signal }) };
}

interface Marked {
  readonly host: Host;
  readonly found: FoundGuest;
  /** its mark, another's or ours */
  readonly description: GuestDescription;
}

/** Makes an instance of a guest that carries a mark: row and claim at once, the new mark by a task. */
export function bringOver(
  database: Database,
  { host, found, description }: Marked,
  action: 'take_over' | 'recover',
  { requestId, user }: RequestContext,
): Accepted {
  const ours = markedAsOurs(database, description);
  const expected = { controlId: description.control.id, generation: description.control.generation };
  const state = { vmState: 'building', taskState: 'spawning' } as const;
  return database.write((tx) => {
    const instance = rebuildRow(tx, found, ours, { hostId: host.id, requestId }, state);
    startAction(tx, { instanceId: instance.id, requestId }, action, user);
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

/**
 * A deliberate act: the guest's mark becomes ours, and whoever had it learns of that.
 * @throws ExpectedError `guest.not_found`, `guest.not_adoptable`, `host.unavailable`
 */
export async function takeOver(
  database: Database,
  drivers: DriverRegistry,
  input: Parsed<'guest.takeOver'>,
  context: RequestContext,
): Promise<Accepted> {
  const { host, found } = await lookAt(database, drivers, input.host, input.uuid);
  const { description } = found;
  if (description === null) {
    throw notAdoptable(found.domainName, found.badMark ?? 'it is nobody’s instance', 'Adopt it instead.');
  }
  return bringOver(database, { host, found, description }, 'take_over', context);
}
