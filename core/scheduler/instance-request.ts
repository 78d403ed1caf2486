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
