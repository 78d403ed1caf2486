import type { Aggregate, Host } from '../contract/index.ts';
import { listProviders } from '../placement/providers.ts';
import type { Resources } from '../placement/resources.ts';
import { listAggregates } from '../state/aggregates.ts';
import type { Reader } from '../state/database.ts';
import { listHostRecords } from '../state/hosts.ts';
import { listImages } from '../state/images.ts';
import { listResidents, type Resident } from '../state/residents.ts';
import { type AggregateMetadata, type HostedInstance, type HostState, propertyKey } from './host-state.ts';
import { resourcesOf, type SchedulingRequest } from './request.ts';

type Properties = Readonly<Record<string, string>>;
type PropertiesOf = (imageId: string | null) => Properties;

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

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function countProperties(counts: Map<string, number>, properties: Properties): void {
  for (const [key, value] of Object.entries(properties)) count(counts, propertyKey(key, value));
}

type Residence = Pick<HostState, 'ioOps' | 'instances' | 'groupMembers' | 'imageProperties'>;

function residenceOf(residents: readonly Resident[], propertiesOf: PropertiesOf): Residence {
  const groupMembers = new Map<string, number>();
  const imageProperties = new Map<string, number>();
  for (const { groupId, imageId } of residents) {
    if (groupId !== null) count(groupMembers, groupId);
    countProperties(imageProperties, propertiesOf(imageId));
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

function readProperties(reader: Reader): PropertiesOf {
  const byImage = new Map(listImages(reader).map((image) => [image.id, image.properties]));
  return (imageId) => (imageId === null ? undefined : byImage.get(imageId)) ?? {};
}

/** Every host as it is now, by name. */
export function readHostStates(reader: Reader): HostState[] {
  const providers = new Map(listProviders(reader).map((provider) => [provider.id, provider]));
  const residents = Map.groupBy(listResidents(reader), (resident) => resident.hostId);
  const propertiesOf = readProperties(reader);
  const metadataOf = readMetadata(reader);
  return listHostRecords(reader).map((record) => ({
    ...record,
    provider: providers.get(record.host.id) ?? null,
    ...residenceOf(residents.get(record.host.id) ?? [], propertiesOf),
    aggregateMetadata: metadataOf(record.host.id),
  }));
}

function withUsed(host: Host, resources: Resources): Host {
  const more = (amount: Host['ram'], resourceClass: string) => ({
    ...amount,
    used: amount.used + (resources[resourceClass] ?? 0),
  });
  return {
    ...host,
    vcpus: more(host.vcpus, 'VCPU'),
    ram: more(host.ram, 'MEMORY_MB'),
    disk: more(host.disk, 'DISK_GB'),
  };
}

/** The host as the next decision would find it, with one more instance. Source: `consume_from_request` of `HostState` */
export function withInstance(
  state: HostState,
  request: SchedulingRequest,
  instance: Pick<HostedInstance, 'id' | 'name'>,
): HostState {
  const resources = resourcesOf(request);
  const usages = new Map(state.provider?.usages);
  for (const [name, amount] of Object.entries(resources)) usages.set(name, (usages.get(name) ?? 0) + amount);
  const groupId = request.group?.id ?? null;
  const groupMembers = new Map(state.groupMembers);
  if (groupId !== null) count(groupMembers, groupId);
  const imageProperties = new Map(state.imageProperties);
  countProperties(imageProperties, request.image?.properties ?? {});
  return {
    ...state,
    host: withUsed(state.host, resources),
    provider: state.provider && { ...state.provider, usages },
    ioOps: state.ioOps + 1,
    instances: new Map(state.instances).set(instance.id, { ...instance, groupId }),
    groupMembers,
    imageProperties,
  };
}
