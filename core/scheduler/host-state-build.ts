import type { Aggregate } from '../contract/index.ts';
import { listProviders } from '../placement/providers.ts';
import { listAggregates } from '../state/aggregates.ts';
import type { Reader } from '../state/database.ts';
import { listHostRecords } from '../state/hosts.ts';
import { listImages } from '../state/images.ts';
import type { Resident } from '../state/residents.ts';
import { type AggregateMetadata, type HostedInstance, type HostState, propertyKey } from './host-state.ts';

type Properties = Readonly<Record<string, string>>;
/** By image. */
type PropertiesOf = ReadonlyMap<string, Properties>;

/** The work that counts as I/O. Source: `io_workload` in nova/compute/stats.py */
const BUSY: ReadonlySet<string | null> = new Set([
  'rebuilding',
  'resize_prep',
  'resize_migrating',
  'image_snapshot',
  'image_backup',
  'rescuing',
  'unshelving',
]);

const isBusy = ({ vmState, taskState }: Resident): boolean => vmState === 'building' || BUSY.has(taskState);

export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function countProperties(counts: Map<string, number>, properties: Properties): void {
  for (const [key, value] of Object.entries(properties)) count(counts, propertyKey(key, value));
}

type Residence = Pick<HostState, 'ioOps' | 'instances' | 'groupMembers' | 'imageProperties'>;

function residenceOf(residents: readonly Resident[], properties: PropertiesOf): Residence {
  const groupMembers = new Map<string, number>();
  const imageProperties = new Map<string, number>();
  for (const { groupId, imageId } of residents) {
    if (groupId !== null) count(groupMembers, groupId);
    countProperties(imageProperties, (imageId === null ? undefined : properties.get(imageId)) ?? {});
  }
  const instances = new Map<string, HostedInstance>(residents.map((resident) => [resident.id, resident]));
  return { ioOps: residents.filter(isBusy).length, instances, groupMembers, imageProperties };
}

const NO_METADATA: AggregateMetadata = new Map();

/** The zone is one of an aggregate's metadata, as in Nova. A value may list several, with commas. */
function addMetadata(merged: Map<string, Set<string>>, { availabilityZone, metadata }: Aggregate): void {
  const zone = availabilityZone === null ? {} : { availability_zone: availabilityZone };
  for (const [key, value] of Object.entries({ ...metadata, ...zone })) {
    const values = merged.get(key) ?? new Set();
    for (const one of value.split(',')) values.add(one.trim());
    merged.set(key, values);
  }
}

/** Source: `aggregate_metadata_get_by_host` in nova/scheduler/filters/utils.py */
function readMetadata(reader: Reader): (hostId: string) => AggregateMetadata {
  const byHost = new Map<string, Map<string, Set<string>>>();
  for (const aggregate of listAggregates(reader)) {
    for (const hostId of aggregate.hostIds) {
      const merged = byHost.get(hostId) ?? new Map<string, Set<string>>();
      addMetadata(merged, aggregate);
      byHost.set(hostId, merged);
    }
  }
  return (hostId) => byHost.get(hostId) ?? NO_METADATA;
}

export function readProperties(reader: Reader): PropertiesOf {
  return new Map(listImages(reader).map((image) => [image.id, image.properties]));
}

/** What is needed beside a host's own rows to make its state. */
export interface Surroundings {
  /** of images */
  readonly properties: PropertiesOf;
  readonly metadataOf: (hostId: string) => AggregateMetadata;
}

export function readSurroundings(reader: Reader): Surroundings {
  return { properties: readProperties(reader), metadataOf: readMetadata(reader) };
}

/** A host as it is now; null where its row is damaged or gone. */
export function readHostState(
  reader: Reader,
  hostId: string,
  residents: readonly Resident[],
  { properties, metadataOf }: Surroundings,
): HostState | null {
  const [record] = listHostRecords(reader, hostId);
  const [provider = null] = listProviders(reader, hostId);
  if (record === undefined) return null;
  const residence = residenceOf(residents, properties);
  return { ...record, provider, ...residence, aggregateMetadata: metadataOf(hostId) };
}

/** The same host with other instances on it. */
export function withResidents(
  state: HostState,
  residents: readonly Resident[],
  { properties }: Surroundings,
): HostState {
  return { ...state, ...residenceOf(residents, properties) };
}

/** Every host by name, all of it read from the database. */
export function readAllHostStates(
  reader: Reader,
  residents: ReadonlyMap<string, readonly Resident[]>,
  { properties, metadataOf }: Surroundings,
): HostState[] {
  const providers = new Map(listProviders(reader).map((provider) => [provider.id, provider]));
  return listHostRecords(reader).map((record) => ({
    ...record,
    provider: providers.get(record.host.id) ?? null,
    ...residenceOf(residents.get(record.host.id) ?? [], properties),
    aggregateMetadata: metadataOf(record.host.id),
  }));
}
