import type { GuestState } from '../../compute/driver.ts';
import type { GuestDescription } from '../../compute/mark.ts';
import type { FoundGuest } from '../../compute/ownership.ts';
import { ExpectedError, isExpected, toErrorBody } from '../../domain/errors.ts';
import { timestamp } from '../../domain/time.ts';
import { controlIdentity } from '../../identity/control.ts';
import type { Operation, StepContext } from '../../queue/operation.ts';
import { finishAction, startAction } from '../../state/actions.ts';
import type { Database } from '../../state/database.ts';
import { listHosts } from '../../state/hosts.ts';
import { getInstance } from '../../state/instances.ts';
import type { ConductorDeps } from '../deps.ts';
import { rebuildRow } from '../rebuild-row.ts';

interface Candidate {
  readonly hostId: string;
  readonly hostName: string;
  readonly guest: GuestState;
}

/** The new mark: all that the old one says, but ours. */
export function markedAsOurs(database: Database, description: GuestDescription): GuestDescription {
  const { id, name, generation } = description.control;
  const control = controlIdentity(database);
  const previous = id === control.id ? description.control.previous : { id, name, at: timestamp() };
  return { ...description, control: { ...control, generation: generation + 1, previous } };
}

function hasRow(database: Database, uuid: string): boolean {
  const instance = getInstance(database, uuid);
  return instance !== undefined && instance.takenOver === null;
}

/**
 * Rebuilds all instances of a lost Micronova from what their guests say of themselves. Each guest is made ours first and
 * gets its row then: cut off in between, it carries our mark without a row, and the next look finds it so. What cannot be
 * read, or is there twice, is left as it is and named in the end.
 */
export function recoverInstances(deps: ConductorDeps, controlId: string): Operation {
  const skipped: string[] = [];
  return {
    steps: [
      {
        name: 'rebuild',
        async do(context) {
          skipped.length = 0;
          // After a restart nobody is connected yet, and what nobody looks at would not be found.
          await deps.hosts.attempted(context.signal);
          const candidates = await findCandidates(deps, controlId, context);
          const byId = Map.groupBy(candidates, ({ guest }) => guest.uuid);
          let done = 0;
          for (const [, places] of byId) {
            const problem = await recoverOne(deps, places, context);
            if (problem !== null) skipped.push(problem);
            context.progress((done += 1), byId.size);
          }
          return undefined;
        },
      },
    ],
    ended(_tx, _context, outcome) {
      if (outcome.state !== 'done' || skipped.length === 0) return undefined;
      const words = `${skipped.length} of the guests could not be brought back: ${skipped.join('; ')}`;
      return toErrorBody(
        new ExpectedError('guest.not_adoptable', words, {
          remedy: 'All others are there. Mend these on their hosts, then recover once more.',
          details: { skipped: [...skipped] },
        }),
      );
    },
  };
}

async function findCandidates(
  { database, drivers }: ConductorDeps,
  controlId: string,
  { signal }: StepContext,
): Promise<Candidate[]> {
  const { id: ownId } = controlIdentity(database);
  const hosts = listHosts(database).filter(({ connection }) => connection === 'connected');
  const looks = hosts.map(async ({ id: hostId, name: hostName }) => {
    const guests = await drivers.get(hostId).listGuests({ signal });
    return guests
      .filter(({ owner, uuid }) => {
        const holder = owner?.controlId;
        return (holder === controlId || holder === ownId) && !hasRow(database, uuid);
      })
      .map((guest) => ({ hostId, hostName, guest }));
  });
  return (await Promise.all(looks)).flat();
}

/** @returns why it was left as it is; null when it is an instance now */
async function recoverOne(
  deps: ConductorDeps,
  places: readonly Candidate[],
  context: StepContext,
): Promise<string | null> {
  const [place] = places;
  if (place === undefined) return null;
  const { hostId, hostName, guest } = place;
  const name = `${guest.owner?.instanceName ?? guest.domainName} on ${hostName}`;
  if (places.length > 1) {
    return `${name}: the same UUID is on ${places.map((one) => one.hostName).join(' and ')}`;
  }
  const { signal } = context;
  try {
    return await deps.hosts.use(hostId, context, async (driver) => {
      const found = await driver.findGuest(guest.uuid, { signal });
      const { description } = found;
      if (description === null) return `${name}: ${found.badMark ?? 'it carries no mark any more'}`;
      const ours = markedAsOurs(deps.database, description);
      const { id: from, generation } = description.control;
      await driver.takeOwnership(ours, { controlId: from, generation }, { signal });
      putRow(deps.database, found, ours, hostId, context);
      return null;
    });
  } catch (error) {
    // What is not the link's or the task's end concerns this guest alone.
    if (isExpected(error, 'guest.not_found', 'guest.not_adoptable', 'instance.taken_over', 'libvirt.error')) {
      return `${name}: ${error.message}`;
    }
    throw error;
  }
}

function putRow(
  database: Database,
  found: FoundGuest,
  ours: GuestDescription,
  hostId: string,
  { task }: StepContext,
): void {
  const { requestId } = task;
  database.write((tx) => {
    rebuildRow(tx, found, ours, { hostId, requestId });
    const key = { instanceId: ours.id, requestId };
    startAction(tx, key, 'recover', ours.user);
    finishAction(tx, key, 'success', `Recovered from ${ours.control.previous?.name ?? 'its own mark'}`);
  });
}
