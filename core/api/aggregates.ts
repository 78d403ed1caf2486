import type { Aggregate, AvailabilityZone, Host, Parsed } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import {
  deleteAggregate,
  findAggregates,
  insertAggregate,
  listAggregates,
  updateAggregate,
} from '../state/aggregates.ts';
import { getHost, listHosts } from '../state/hosts.ts';
import { checkAggregateMetadata, checkZoneChange } from './aggregate-checks.ts';
import { findHost } from './hosts.ts';
import { mergedMetadata } from './metadata.ts';
import { refuseTaken, resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';

type Set = Parsed<'aggregate.set'>;

function findAggregate(reader: Reader, ref: string): Aggregate {
  return resolveOne(findAggregates(reader, ref), ref, { what: 'aggregate', notFound: 'aggregate.not_found' });
}

function createAggregate(tx: Tx, input: Parsed<'aggregate.create'>): Aggregate {
  const { name, availabilityZone, metadata, hosts } = input;
  refuseTaken(findAggregates(tx, name), name, 'aggregate');
  checkAggregateMetadata(metadata);
  const values = { id: tx.uuid(), name, availabilityZone, metadata, createdAt: tx.now() };
  const aggregate = insertAggregate(tx, values);
  const hostIds = hosts.map((ref) => findHost(tx, ref, 'hosts').id);
  if (hostIds.length === 0) return aggregate;
  checkZoneChange(tx, aggregate, { hostIds, availabilityZone });
  return updateAggregate(tx, aggregate, { hostIds }) ?? aggregate;
}

function mergedHosts(tx: Tx, before: Aggregate, { addHosts = [], removeHosts = [] }: Set): string[] {
  const gone = removeHosts.map((ref) => memberOf(tx, before, ref).id);
  const come = addHosts.map((ref) => findHost(tx, ref, 'addHosts').id);
  return [...before.hostIds.filter((id) => !gone.includes(id)), ...come];
}

function memberOf(tx: Tx, { name, hostIds }: Aggregate, ref: string): Host {
  const host = findHost(tx, ref, 'removeHosts');
  if (hostIds.includes(host.id)) return host;
  throw new ExpectedError('host.not_found', `The host “${host.name}” is not in the aggregate “${name}”.`, {
    field: 'removeHosts',
    remedy: 'Show the aggregate to see its hosts.',
  });
}

function setAggregate(tx: Tx, input: Set): Aggregate {
  const before = findAggregate(tx, input.ref);
  const { name, availabilityZone = before.availabilityZone, metadata } = input;
  if (name !== undefined) refuseTaken(findAggregates(tx, name), name, 'aggregate', before.id);
  if (metadata !== undefined) checkAggregateMetadata(metadata);
  const change = {
    name,
    availabilityZone,
    metadata: mergedMetadata(before.metadata, input),
    hostIds: mergedHosts(tx, before, input),
  };
  checkZoneChange(tx, before, change);
  return updateAggregate(tx, before, change) ?? before;
}

/** Source: `delete_aggregate` in nova/compute/api.py, which wants it empty. */
function removeAggregate(tx: Tx, ref: string): { id: string } {
  const aggregate = findAggregate(tx, ref);
  const { id, name, hostIds } = aggregate;
  if (hostIds.length > 0) {
    const names = hostIds.map((hostId) => `“${getHost(tx, hostId)?.name ?? hostId}”`).join(', ');
    throw new ExpectedError('conflict', `The aggregate “${name}” has hosts: ${names}.`, {
      field: 'ref',
      remedy: 'Take them out first.',
    });
  }
  deleteAggregate(tx, aggregate);
  return { id };
}

const isReady = ({ enabled, connection }: Host): boolean => enabled && connection === 'connected';

/** Zones of aggregates without hosts are named, too: somebody made them. */
function listZones(reader: Reader): AvailabilityZone[] {
  const hostsOf = Map.groupBy(listHosts(reader), (host) => host.availabilityZone);
  for (const { availabilityZone } of listAggregates(reader))
    if (availabilityZone !== null && !hostsOf.has(availabilityZone)) hostsOf.set(availabilityZone, []);
  return [...hostsOf]
    .map(([name, hosts]) => ({ name, available: hosts.some(isReady), hostIds: hosts.map(({ id }) => id) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function aggregateHandlers(
  database: Database,
): Handlers<
  'aggregate.list' | 'aggregate.create' | 'aggregate.set' | 'aggregate.delete' | 'availabilityZone.list'
> {
  return {
    'aggregate.list': () => listAggregates(database),
    'aggregate.create': (input) => database.write((tx) => createAggregate(tx, input)),
    'aggregate.set': (input) => database.write((tx) => setAggregate(tx, input)),
    'aggregate.delete': ({ ref }) => database.write((tx) => removeAggregate(tx, ref)),
    'availabilityZone.list': () => listZones(database),
  };
}
