import type { Selectable, Updateable } from 'kysely';
import { z } from 'zod';
import { CAPABILITIES, DEFAULT_ZONE, DriverCapabilities, Host } from '../contract/index.ts';
import { type Capacity, readCapacities } from './capacity.ts';
import type { Reader, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';
import { fromJson, fromJsonOrNull, parseRow, parseRows, toJsonOrNull } from './rows.ts';
import type { HostsTable } from './schema.ts';

/** What a driver found out about its host, as last heard. Units as in `HostFacts` of the driver. */
export const StoredFacts = z.object({
  hostname: z.string(),
  libvirtVersion: z.string(),
  hypervisorVersion: z.string(),
  arch: z.string(),
  cpuModel: z.string().nullable(),
  vcpus: z.number(),
  ram: z.number(),
  disk: z.number(),
  uptime: z.number().nullable(),
  virtType: z.enum(['kvm', 'qemu']),
  virtReason: z.string().nullable(),
  supports: z.object({
    machines: z.array(z.string()).readonly(),
    diskBuses: z.array(z.string()).readonly(),
    videoModels: z.array(z.string()).readonly(),
    firmware: z.array(z.enum(['bios', 'uefi'])).readonly(),
  }),
  /** of the driver that was last connected; facts of an older Micronova have none */
  capabilities: DriverCapabilities.optional(),
});
export type StoredFacts = z.infer<typeof StoredFacts>;

type Row = Selectable<HostsTable>;

// Made once: a schema is compiled at its first use.
const MaybeFacts = StoredFacts.nullable();

const factsOf = (row: Row): StoredFacts | null =>
  parseRow('hosts', row.id, MaybeFacts, () => fromJsonOrNull(row.facts_json));

/** What is said of a host that has not been heard yet: nothing is refused on a guess. */
const UNHEARD: DriverCapabilities = DriverCapabilities.parse(
  Object.fromEntries(CAPABILITIES.map((name) => [name, 'yes'])),
);

/** Which aggregates a host is in, and what else belongs to it but stands in other tables. */
interface Belongings {
  readonly traits: readonly string[];
  readonly aggregates: readonly { readonly id: string; readonly zone: string | null }[];
}

const traits = q.selectFrom('provider_traits').select(['provider_id', 'trait']).orderBy('trait');
const memberships = q
  .selectFrom('aggregate_hosts')
  .innerJoin('aggregates', 'aggregates.id', 'aggregate_hosts.aggregate_id')
  .select(['host_id', 'aggregates.id', 'availability_zone'])
  .orderBy('aggregates.name');

const traitsById = prepared(({ id }: { id: string }) => traits.where('provider_id', '=', id));
const membershipsById = prepared(({ id }: { id: string }) => memberships.where('host_id', '=', id));

/** @param only this host's are read; left out: all */
function readBelongings(reader: Reader, only?: string): (id: string) => Belongings {
  const told = reader.all(only === undefined ? traits : traitsById({ id: only }));
  const member = reader.all(only === undefined ? memberships : membershipsById({ id: only }));
  const traitsOf = Map.groupBy(told, (row) => row.provider_id);
  const aggregatesOf = Map.groupBy(member, (row) => row.host_id);
  return (id) => ({
    traits: (traitsOf.get(id) ?? []).map((row) => row.trait),
    aggregates: (aggregatesOf.get(id) ?? []).map((row) => ({ id: row.id, zone: row.availability_zone })),
  });
}

function fromRow(row: Row, facts: StoredFacts | null, capacity: Capacity, belongings: Belongings): Host {
  return parseRow('hosts', row.id, Host, () => ({
    id: row.id,
    name: row.name,
    address: fromJson(row.address_json),
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason,
    connection: row.connection,
    connectionError: fromJsonOrNull(row.connection_error_json),
    lastSeenAt: row.last_seen_at,
    retryAt: row.retry_at,
    virtMode: row.virt_mode,
    virtType: facts?.virtType ?? null,
    virtReason: facts?.virtReason ?? null,
    ...capacity,
    hostname: facts?.hostname ?? null,
    libvirtVersion: facts?.libvirtVersion ?? null,
    hypervisorVersion: facts?.hypervisorVersion ?? null,
    arch: facts?.arch ?? null,
    cpuModel: facts?.cpuModel ?? null,
    uptime: facts?.uptime ?? null,
    pool: row.pool,
    network: row.network,
    capabilities: facts?.capabilities ?? UNHEARD,
    traits: belongings.traits,
    availabilityZone: belongings.aggregates.find(({ zone }) => zone !== null)?.zone ?? DEFAULT_ZONE,
    aggregateIds: belongings.aggregates.map(({ id }) => id),
    createdAt: row.created_at,
    revision: row.revision,
  }));
}

const all = q.selectFrom('hosts').selectAll();
const byId = prepared(({ id }: { id: string }) => all.where('id', '=', id));
const nameById = prepared(({ id }: { id: string }) =>
  q.selectFrom('hosts').select('name').where('id', '=', id),
);
const update = prepared(({ id, ...columns }: Updateable<HostsTable> & { readonly id: string }) =>
  q.updateTable('hosts').set(columns).where('id', '=', id),
);

export function listHosts(reader: Reader): Host[] {
  return listHostRecords(reader).map(({ host }) => host);
}

/** Those whose id or name is `ref`. */
export function findHosts(reader: Reader, ref: string): Host[] {
  return reader
    .all(all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)])))
    .map((row) => oneFromRow(reader, row));
}

export function getHost(reader: Reader, id: string): Host | undefined {
  const row = reader.first(byId({ id }));
  return row && oneFromRow(reader, row);
}

/** @returns null when the host is gone */
export function hostNameOf(reader: Reader, id: string): string | null {
  return reader.first(nameById({ id }))?.name ?? null;
}

function oneFromRow(reader: Reader, row: Row): Host {
  const { id } = row;
  return fromRow(row, factsOf(row), readCapacities(reader, id)(id), readBelongings(reader, id)(id));
}

/** What the scheduler asks beside the contract's host. */
export interface HostRecord {
  readonly host: Host;
  /** null until the host has been heard once */
  readonly facts: StoredFacts | null;
  /** builds that failed there since the last one that did not */
  readonly buildFailures: number;
}

/** @param id only this host; left out: all, by name */
export function listHostRecords(reader: Reader, id?: string): HostRecord[] {
  const capacity = readCapacities(reader, id);
  const belongings = readBelongings(reader, id);
  const rows = reader.all(id === undefined ? all.orderBy('name') : byId({ id }));
  return parseRows(reader, rows, (row) => {
    const facts = factsOf(row);
    const host = fromRow(row, facts, capacity(row.id), belongings(row.id));
    return { host, facts, buildFailures: row.build_failures };
  });
}

/** Ids of all hosts by name, damaged rows included. */
export function listHostIds(reader: Reader): string[] {
  return reader.all(q.selectFrom('hosts').select('id').orderBy('name')).map((row) => row.id);
}

export function countHosts(reader: Reader): number {
  return reader.first(q.selectFrom('hosts').select((eb) => eb.fn.countAll<number>().as('n')))?.n ?? 0;
}

/** Ids of those that have a higher revision than this one. */
export function hostsChangedSince(reader: Reader, revision: number): string[] {
  return reader.all(q.selectFrom('hosts').select('id').where('revision', '>', revision)).map((row) => row.id);
}

export type NewHost = Pick<Host, 'id' | 'name' | 'address' | 'pool' | 'network' | 'virtMode' | 'createdAt'>;

/** Stores a host, not connected yet. Its resource provider is placement's to make. */
export function insertHost(tx: Tx, host: NewHost): Host {
  tx.run(
    q.insertInto('hosts').values({
      id: host.id,
      name: host.name,
      address_json: JSON.stringify(host.address),
      enabled: 1,
      disabled_reason: null,
      connection: 'disconnected',
      connection_error_json: null,
      last_seen_at: null,
      retry_at: null,
      virt_mode: host.virtMode,
      pool: host.pool,
      network: host.network,
      facts_json: null,
      created_at: host.createdAt,
      revision: 0,
    }),
  );
  const stored = updateHost(tx, host.id, {});
  if (stored === undefined) throw new Error(`host ${host.id} was not stored`);
  return stored;
}

export interface HostChange {
  readonly name?: string | undefined;
  readonly address?: Host['address'] | undefined;
  readonly enabled?: boolean | undefined;
  readonly disabledReason?: string | null | undefined;
  readonly connection?: Host['connection'] | undefined;
  readonly connectionError?: Host['connectionError'] | undefined;
  readonly lastSeenAt?: string | null | undefined;
  readonly retryAt?: string | null | undefined;
  readonly virtMode?: Host['virtMode'] | undefined;
  readonly pool?: string | undefined;
  readonly network?: string | undefined;
  readonly facts?: StoredFacts | undefined;
  readonly buildFailures?: number | undefined;
}

function columnsOf(change: HostChange): Updateable<HostsTable> {
  return {
    name: change.name,
    address_json: change.address && JSON.stringify(change.address),
    enabled: change.enabled === undefined ? undefined : Number(change.enabled),
    disabled_reason: change.disabledReason,
    connection: change.connection,
    connection_error_json:
      change.connectionError === undefined ? undefined : toJsonOrNull(change.connectionError),
    last_seen_at: change.lastSeenAt,
    retry_at: change.retryAt,
    virt_mode: change.virtMode,
    pool: change.pool,
    network: change.network,
    facts_json: change.facts && JSON.stringify(change.facts),
    build_failures: change.buildFailures,
  };
}

/**
 * Changes a host and tells it with its figures of the moment.
 * @returns undefined when the host is gone
 */
export function updateHost(tx: Tx, id: string, change: HostChange): Host | undefined {
  tx.run(update({ ...columnsOf(change), revision: tx.nextRevision(), id }));
  const host = getHost(tx, id);
  if (host !== undefined) tx.publish({ type: 'host.changed', value: host });
  return host;
}

/**
 * Something that belongs to a host has changed in another table: a claim, say. The host's revision rises, and it is told
 * at the end of the transaction, once.
 */
export function touchHost(tx: Tx, id: string): void {
  tx.run(update({ id, revision: tx.nextRevision() }));
  tx.publishLast(`host ${id}`, () => {
    const host = getHost(tx, id);
    return host && { type: 'host.changed', value: host };
  });
}

export function deleteHost(tx: Tx, id: string): void {
  if (tx.run(q.deleteFrom('hosts').where('id', '=', id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'host', id, revision: tx.nextRevision() });
}
