import type { Updateable } from 'kysely';
import type { z } from 'zod';
import { Instance, type TaskState, type VmState } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { touchHost } from './hosts.ts';
import { getInstance, type RescueRecord } from './instances.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';
import { parseRow, toJsonOrNull } from './rows.ts';
import type { InstancesTable } from './schema.ts';
import { tellServerGroup } from './server-groups.ts';

export interface Expectation {
  readonly vmState?: VmState | readonly VmState[] | undefined;
  readonly taskState?: TaskState | null | readonly (TaskState | null)[] | undefined;
  readonly hostId?: string | null | undefined;
}

export interface InstanceChange {
  readonly name?: string | undefined;
  readonly vmState?: VmState | undefined;
  readonly taskState?: TaskState | null | undefined;
  readonly powerState?: Instance['powerState'] | undefined;
  readonly hostId?: string | null | undefined;
  readonly addresses?: Instance['addresses'] | undefined;
  readonly metadata?: Instance['metadata'] | undefined;
  readonly fault?: Instance['fault'] | undefined;
  readonly domainName?: string | undefined;
  readonly flavor?: Instance['flavor'] | undefined;
  readonly hostname?: string | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: Instance['tags'] | undefined;
  readonly lock?: Instance['lock'] | undefined;
  readonly imageId?: string | null | undefined;
  readonly imageName?: string | null | undefined;
  readonly userData?: string | null | undefined;
  readonly reclaimAt?: string | null | undefined;
  readonly deletedFrom?: VmState | null | undefined;
  readonly rescue?: RescueRecord | null | undefined;
  readonly takenOver?: Instance['takenOver'] | undefined;
  readonly controlGeneration?: number | undefined;
  readonly definitionXml?: string | null | undefined;
  readonly launchedAt?: string | null | undefined;
  readonly seenAt?: string | undefined;
}

const json = (value: unknown): string | null | undefined =>
  value === undefined ? undefined : toJsonOrNull(value);

/** What changes without the instance's being another for the person. */
const UNSEEN: ReadonlySet<string> = new Set(['seenAt', 'definitionXml']);

function columnsOf(change: InstanceChange, now: string): Updateable<InstancesTable> {
  const onlySeen = Object.entries(change).every(([key, value]) => UNSEEN.has(key) || value === undefined);
  return {
    name: change.name,
    vm_state: change.vmState,
    task_state: change.taskState,
    power_state: change.powerState,
    host_id: change.hostId,
    domain_name: change.domainName,
    flavor_json: change.flavor && JSON.stringify(change.flavor),
    hostname: change.hostname,
    description: change.description,
    addresses_json: change.addresses && JSON.stringify(change.addresses),
    metadata_json: change.metadata && JSON.stringify(change.metadata),
    tags_json: change.tags && JSON.stringify(change.tags),
    lock_json: json(change.lock),
    image_id: change.imageId,
    image_name: change.imageName,
    user_data: change.userData,
    reclaim_at: change.reclaimAt,
    deleted_from: change.deletedFrom,
    rescue_json: json(change.rescue),
    taken_over_json: json(change.takenOver),
    control_generation: change.controlGeneration,
    definition_xml: change.definitionXml,
    fault_json: json(change.fault),
    launched_at: change.launchedAt,
    seen_at: change.seenAt,
    updated_at: onlySeen ? undefined : now,
  };
}

const standing = prepared(({ id }: { id: string }) =>
  q
    .selectFrom('instances')
    .select(['vm_state', 'task_state', 'host_id'])
    .where('id', '=', id)
    .where('deleted_at', 'is', null),
);
const update = prepared(({ id, ...columns }: Updateable<InstancesTable> & { readonly id: string }) =>
  q.updateTable('instances').set(columns).where('id', '=', id),
);

/** What a transition hangs on; a whole instance is read only once it is told. */
function getStanding(reader: Reader, id: string) {
  const row = reader.first(standing({ id }));
  return (
    row &&
    parseRow('instances', id, Standing, () => ({
      vmState: row.vm_state,
      taskState: row.task_state,
      hostId: row.host_id,
    }))
  );
}
const Standing = Instance.pick({ vmState: true, taskState: true, hostId: true });

/** What is in flight; undefined when the instance is gone. */
export function taskStateOf(reader: Reader, id: string): TaskState | null | undefined {
  return getStanding(reader, id)?.taskState;
}

function meets(instance: z.infer<typeof Standing>, expect: Expectation): boolean {
  const { vmState, taskState, hostId } = expect;
  const vmStates = Array.isArray(vmState) ? vmState : [vmState];
  const taskStates = Array.isArray(taskState) ? taskState : [taskState];
  return (
    (vmState === undefined || vmStates.includes(instance.vmState)) &&
    (taskState === undefined || taskStates.includes(instance.taskState)) &&
    (hostId === undefined || instance.hostId === hostId)
  );
}

/**
 * Compare and swap: changes the instance only if it still is as expected. nova/db/main/api.py `instance_update_and_get_original`
 * with `expected_task_state`.
 * @returns null when it is not, or is gone; nothing has changed then
 */
export function transition(
  tx: Tx,
  id: string,
  { expect = {}, set }: { readonly expect?: Expectation; readonly set: InstanceChange },
): Instance | null {
  const before = getStanding(tx, id);
  if (before === undefined || !meets(before, expect)) return null;
  const columns = { ...columnsOf(set, tx.now()), revision: tx.nextRevision() };
  tx.run(update({ ...columns, id }));
  const after = getInstance(tx, id) ?? null;
  if (after === null) return null;
  tx.publish({ type: 'instance.changed', value: after });
  if (before.hostId !== after.hostId) tellHosts(tx, [before.hostId, after.hostId]);
  return after;
}

// A host's count of guests is part of what its row shows.
function tellHosts(tx: Tx, hostIds: readonly (string | null)[]): void {
  for (const id of hostIds) if (id !== null) touchHost(tx, id);
}

/** Ends an instance. Its row stays for the record of its actions, without the user data and the key. */
export function markDeleted(tx: Tx, id: string): void {
  const before = getInstance(tx, id);
  if (before === undefined) return;
  const revision = tx.nextRevision();
  const now = tx.now();
  tx.run(
    q
      .updateTable('instances')
      .set({ vm_state: 'deleted', task_state: null, host_id: null, user_data: null, public_key: null })
      .set({ updated_at: now, deleted_at: now, revision })
      .where('id', '=', id),
  );
  tx.publish({ type: 'deleted', resource: 'instance', id, revision });
  tellHosts(tx, [before.hostId]);
  if (before.groupId !== null) tellServerGroup(tx, before.groupId);
}
