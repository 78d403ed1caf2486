import type { Host } from '../contract/index.ts';
import { resourcesOf } from '../placement/demands.ts';
import type { Resources } from '../placement/resources.ts';
import type { Reader, Revisions } from '../state/database.ts';
import type { HostedInstance, HostState } from './host-state.ts';
import { count, countProperties } from './host-state-build.ts';
import { HostStateCache } from './host-state-cache.ts';
import type { SchedulingRequest } from './request.ts';

const caches = new WeakMap<Revisions, HostStateCache>();

/** Every host as it is now, by name. What has not changed since the last time is not read again. */
export function readHostStates(reader: Reader): readonly HostState[] {
  const cache = caches.get(reader.revisions) ?? new HostStateCache();
  caches.set(reader.revisions, cache);
  return cache.read(reader);
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
