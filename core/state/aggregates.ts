import type { Selectable } from 'kysely';
import { Aggregate } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { touchHost } from './hosts.ts';
import { q } from './query.ts';
import { fromJson, parseRow, parseRows } from './rows.ts';
import type { AggregatesTable } from './schema.ts';

type Row = Selectable<AggregatesTable>;

const all = q.selectFrom('aggregates').selectAll();

const members = q
  .selectFrom('aggregate_hosts')
  .innerJoin('hosts', 'hosts.id', 'aggregate_hosts.host_id')
  .select(['aggregate_id', 'host_id'])
  .orderBy('hosts.name');

function withHosts(reader: Reader, rows: readonly Row[]): Aggregate[] {
  const ids = rows.map((row) => row.id);
  const found = reader.all(members.where('aggregate_id', 'in', ids));
  const hostsOf = Map.groupBy(found, (row) => row.aggregate_id);
  return parseRows(reader, rows, (row) =>
    parseRow('aggregates', row.id, Aggregate, () => ({
      id: row.id,
      name: row.name,
      availabilityZone: row.availability_zone,
      metadata: fromJson(row.metadata_json),
      hostIds: (hostsOf.get(row.id) ?? []).map((member) => member.host_id),
      createdAt: row.created_at,
      revision: row.revision,
    })),
  );
}

export function listAggregates(reader: Reader): Aggregate[] {
  return withHosts(reader, reader.all(all.orderBy('name')));
}

/** Those whose id or name is `ref`. */
export function findAggregates(reader: Reader, ref: string): Aggregate[] {
  const found = all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)]));
  return withHosts(reader, reader.all(found));
}

function getAggregate(reader: Reader, id: string): Aggregate | undefined {
  return withHosts(reader, reader.all(all.where('id', '=', id)))[0];
}

/** A new aggregate, without hosts. */
export function insertAggregate(
  tx: Tx,
  values: Pick<Aggregate, 'id' | 'name' | 'availabilityZone' | 'metadata' | 'createdAt'>,
): Aggregate {
  const aggregate = { ...values, hostIds: [], revision: tx.nextRevision() };
  tx.run(
    q.insertInto('aggregates').values({
      id: aggregate.id,
      name: aggregate.name,
      availability_zone: aggregate.availabilityZone,
      metadata_json: JSON.stringify(aggregate.metadata),
      created_at: aggregate.createdAt,
      revision: aggregate.revision,
    }),
  );
  tx.publish({ type: 'aggregate.changed', value: aggregate });
  return aggregate;
}

export interface AggregateChange {
  readonly name?: string | undefined;
  readonly availabilityZone?: string | null | undefined;
  readonly metadata?: Aggregate['metadata'] | undefined;
  /** all of them; left out: those that it has */
  readonly hostIds?: readonly string[] | undefined;
}

/**
 * Changes an aggregate and tells it, and with it the hosts whose zone or aggregates this changes.
 * @returns undefined when it is gone
 */
export function updateAggregate(tx: Tx, before: Aggregate, change: AggregateChange): Aggregate | undefined {
  const { name, availabilityZone, metadata, hostIds = before.hostIds } = change;
  const set = {
    name,
    availability_zone: availabilityZone,
    metadata_json: metadata && JSON.stringify(metadata),
    revision: tx.nextRevision(),
  };
  tx.run(q.updateTable('aggregates').set(set).where('id', '=', before.id));
  const moved = replaceHosts(tx, before, hostIds);
  const aggregate = getAggregate(tx, before.id);
  if (aggregate === undefined) return undefined;
  tx.publish({ type: 'aggregate.changed', value: aggregate });
  const zoneChanged = aggregate.availabilityZone !== before.availabilityZone;
  const touched = zoneChanged ? new Set([...before.hostIds, ...hostIds]) : moved;
  for (const id of touched) touchHost(tx, id);
  return aggregate;
}

/** @returns those that came or went */
function replaceHosts(tx: Tx, before: Aggregate, hostIds: readonly string[]): ReadonlySet<string> {
  const after = new Set(hostIds);
  const gone = before.hostIds.filter((id) => !after.has(id));
  for (const id of gone) removeMember(tx, before.id, id);
  const come = [...after].filter((id) => !before.hostIds.includes(id));
  for (const host_id of come)
    tx.run(q.insertInto('aggregate_hosts').values({ aggregate_id: before.id, host_id }));
  return new Set([...gone, ...come]);
}

function removeMember(tx: Tx, aggregateId: string, hostId: string): void {
  tx.run(
    q.deleteFrom('aggregate_hosts').where('aggregate_id', '=', aggregateId).where('host_id', '=', hostId),
  );
}

/** Takes a host that is about to be removed out of all its aggregates, which tell so. */
export function leaveAggregates(tx: Tx, hostId: string): void {
  for (const aggregate of listAggregates(tx)) {
    if (!aggregate.hostIds.includes(hostId)) continue;
    const hostIds = aggregate.hostIds.filter((id) => id !== hostId);
    updateAggregate(tx, aggregate, { hostIds });
  }
}

export function deleteAggregate(tx: Tx, aggregate: Aggregate): void {
  if (tx.run(q.deleteFrom('aggregates').where('id', '=', aggregate.id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'aggregate', id: aggregate.id, revision: tx.nextRevision() });
  for (const id of aggregate.hostIds) touchHost(tx, id);
}
