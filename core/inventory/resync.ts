import type { GuestState } from '../compute/driver.ts';
import type { Instance } from '../contract/index.ts';
import { isLive } from '../domain/power-states.ts';
import { controlIdentity } from '../identity/control.ts';
import { finishAction, startAction } from '../state/actions.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import { transition } from '../state/instance-changes.ts';
import { listInstancesOn } from '../state/instances.ts';
import { prepared } from '../state/prepared.ts';
import { q } from '../state/query.ts';
import { followOwner } from './follow-owner.ts';
import { difference, OUTSIDE_ACTION } from './sync-rules.ts';

/** who is named in the record of an action that nobody asked Micronova for */
const OUTSIDE = 'outside Micronova';

/** What is heard of a guest; an event says nothing of its name that could be relied on. */
type Heard = Pick<GuestState, 'powerState'> & Partial<Pick<GuestState, 'domainName' | 'saved'>>;

/**
 * Brings one idle instance in line with the host's word. An operation in flight owns the row: then nothing happens.
 * @param guest null: the host has no such guest
 * @returns whether the row could be looked at, that is, was idle
 */
export function follow(tx: Tx, instance: Instance, guest: Heard | null): boolean {
  if (instance.taskState !== null) return false;
  const at = tx.now();
  const domainName = guest?.domainName ?? instance.domainName;
  const isRenamed = domainName !== instance.domainName;
  const change = difference(instance, guest?.powerState ?? null, at, guest?.saved) ?? (isRenamed ? {} : null);
  if (change === null) return true;
  const { vmState, hostId } = instance;
  const expect = { vmState, hostId, taskState: null };
  const after = transition(tx, instance.id, { expect, set: { ...change, domainName, seenAt: at } });
  if (after !== null && after.vmState !== vmState) putOnRecord(tx, after);
  return after !== null;
}

function putOnRecord(tx: Tx, { id, vmState, fault }: Instance): void {
  const key = { instanceId: id, requestId: `req-${tx.uuid()}` };
  startAction(tx, key, isLive(vmState) ? OUTSIDE_ACTION[vmState] : 'remove', OUTSIDE);
  finishAction(tx, key, 'success', fault?.error.message ?? null);
}

interface Listing {
  readonly hostId: string;
  readonly guests: readonly GuestState[];
  /** guests of which something was heard while the list was on its way: the list may be older than that */
  readonly stale: ReadonlySet<string>;
  /** write down, for each row, that the host has just confirmed it */
  readonly confirm: boolean;
}

/**
 * Compares all rows of a host with the guests that it really has.
 * @returns the guests that have no instance, and the instances whose rows are owned by an operation
 */
export function compare(
  database: Database,
  listing: Listing,
): { readonly foreign: GuestState[]; readonly busy: string[] } {
  const byId = new Map(listing.guests.map((guest) => [guest.uuid, guest]));
  const control = controlIdentity(database);
  return database.write((tx) => {
    const busy: string[] = [];
    for (const instance of listInstancesOn(tx, listing.hostId)) {
      if (listing.stale.has(instance.id)) continue;
      const guest = byId.get(instance.id) ?? null;
      if (guest ? !followOwner(tx, instance, guest, control) : instance.takenOver !== null) continue;
      if (!follow(tx, instance, guest)) busy.push(instance.id);
      else if (listing.confirm && guest !== null) confirm(tx, instance.id);
    }
    return { foreign: withoutInstance(tx, listing.guests), busy };
  });
}

function confirm(tx: Tx, id: string): void {
  transition(tx, id, { set: { seenAt: tx.now() } });
}

/** The last moment at which a host that is now out of reach stood behind its rows. */
export function confirmAll(tx: Tx, hostId: string): void {
  for (const { id, vmState } of listInstancesOn(tx, hostId)) if (vmState !== 'building') confirm(tx, id);
}

// One that was taken over is the other's: its row only remembers it.
const ours = prepared(({ id }: { id: string }) =>
  q
    .selectFrom('instances')
    .select('id')
    .where('id', '=', id)
    .where('taken_over_json', 'is', null)
    .where('deleted_at', 'is', null),
);

function withoutInstance(reader: Reader, guests: readonly GuestState[]): GuestState[] {
  return guests.filter(({ uuid }) => reader.first(ours({ id: uuid })) === undefined);
}
