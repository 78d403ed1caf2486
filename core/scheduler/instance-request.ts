import type { Reader } from '../state/database.ts';
import { getImage } from '../state/images.ts';
import type { InstanceRecord } from '../state/instances.ts';
import { getServerGroup } from '../state/server-groups.ts';
import type { SchedulingRequest } from './request.ts';

/** What an instance asks of the scheduler: the words of its launch, as they were kept. */
export function requestFor(
  reader: Reader,
  { instance, requestedHostId, hostChecks }: InstanceRecord,
): SchedulingRequest {
  const { imageId, groupId } = instance;
  return {
    instanceId: instance.id,
    flavor: instance.flavor,
    image: (imageId === null ? undefined : getImage(reader, imageId)) ?? null,
    projectId: instance.projectId,
    requestedHostId,
    hostChecks,
    availabilityZone: instance.requestedZone,
    group: (groupId === null ? undefined : getServerGroup(reader, groupId)) ?? null,
    hints: instance.hints,
  };
}

/**
 * What an instance asks of the scheduler when it has to leave its host: the host that it was launched for, or forced to, no
 * longer counts. Source: `reset_forced_destinations` of nova/objects/request_spec.py
 * @param requestedHostId only this host will do
 */
export function requestElsewhere(
  reader: Reader,
  record: InstanceRecord,
  requestedHostId: string | null = null,
): SchedulingRequest {
  return { ...requestFor(reader, record), requestedHostId, hostChecks: true };
}
