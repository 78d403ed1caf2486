import type { HostState } from './host-state.ts';
import type { SchedulingRequest } from './request.ts';

const MOST_NAMES = 5;

/** How many members a host has, the instance that is placed not counted. */
export function countMembers(host: HostState, { group, instanceId }: SchedulingRequest): number {
  if (group === null) return 0;
  const count = host.groupMembers.get(group.id) ?? 0;
  const isOwnHost = instanceId !== null && host.instances.get(instanceId)?.groupId === group.id;
  return isOwnHost ? count - 1 : count;
}

/** Names of the members on a host, for a reason. */
export function memberNames(host: HostState, { group, instanceId }: SchedulingRequest): string {
  const names: string[] = [];
  for (const { id, name, groupId } of host.instances.values())
    if (groupId === group?.id && id !== instanceId) names.push(name);
  const shown = names.toSorted().slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
