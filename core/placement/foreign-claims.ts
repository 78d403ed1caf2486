import { isDeepStrictEqual } from 'node:util';
import type { Reader, Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { allocationsOf, putConsumer } from './allocations.ts';
import { listProviders, touchProvider } from './providers.ts';
import type { Resources } from './resources.ts';

/** A guest that somebody else made, with what it takes from its host. */
export interface ForeignHolder {
  readonly uuid: string;
  readonly name: string;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
  /** GiB; left out where nobody has looked */
  readonly disk?: number;
}

interface Held {
  readonly name: string | null;
  readonly generation: number;
  readonly resources: Resources;
}

/** The id under which a foreign guest's claim stands: one UUID may be on two hosts. */
export function foreignConsumerId(hostId: string, uuid: string): string {
  return `${hostId}/${uuid}`;
}

function resourcesOf({ vcpus, ram, disk = 0 }: ForeignHolder): Resources {
  const all = { VCPU: vcpus, MEMORY_MB: Math.ceil(ram), DISK_GB: Math.ceil(disk) };
  return Object.fromEntries(Object.entries(all).filter(([, amount]) => amount > 0));
}

function readHeld(reader: Reader, hostId: string): Map<string, Held> {
  const rows = reader.all(
    q
      .selectFrom('consumers')
      .select(['id', 'generation', 'name'])
      .where('kind', '=', 'foreign')
      // all that begin with HOST/: "0" is what follows "/"
      .where('id', '>', `${hostId}/`)
      .where('id', '<', `${hostId}0`),
  );
  return new Map(
    rows.map(({ id, ...row }) => [id, { ...row, resources: allocationsOf(reader, id)[0]?.resources ?? {} }]),
  );
}

function isSame(held: Held | undefined, guest: ForeignHolder): boolean {
  return held?.name === guest.name && isDeepStrictEqual({ ...held.resources }, resourcesOf(guest));
}

/**
 * Replaces what the foreign guests of a host hold: they are there whether there is room or not, so they may exceed its
 * capacity. The host's generation counts up only when something is different from before. A host that has not told its
 * resources yet holds nothing.
 * @param guests all of the host; an empty list gives everything back
 * @returns whether something changed
 */
export function putForeignClaims(tx: Tx, hostId: string, guests: readonly ForeignHolder[]): boolean {
  if (listProviders(tx, hostId).length === 0) return false;
  const held = readHeld(tx, hostId);
  const wanted = new Map(guests.map((guest) => [foreignConsumerId(hostId, guest.uuid), guest]));
  const gone = [...held.keys()].filter((id) => !wanted.has(id));
  const changed = [...wanted].filter(([id, guest]) => !isSame(held.get(id), guest));
  if (gone.length + changed.length === 0) return false;
  for (const id of [...gone, ...changed.map(([changedId]) => changedId)]) {
    tx.run(q.deleteFrom('consumers').where('id', '=', id));
  }
  for (const [id, guest] of changed) {
    const generation = (held.get(id)?.generation ?? 0) + 1;
    const allocations = [{ providerId: hostId, resources: resourcesOf(guest) }];
    putConsumer(tx, { id, generation, kind: 'foreign', name: guest.name }, allocations);
  }
  touchProvider(tx, hostId);
  return true;
}
