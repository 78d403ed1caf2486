import type { Instance, Parsed } from '../../contract/index.ts';
import type { RequestContext } from '../../identity/context.ts';
import type { Tx } from '../../state/database.ts';
import type { InstanceChange } from '../../state/instance-changes.ts';
import { changeDescription } from './instance-record.ts';
import { mergedMetadata } from '../metadata.ts';
import { findProject } from '../projects.ts';
import { checkMetadataQuota } from '../quota.ts';

type Request = Parsed<'instance.set'>;

function changeOf(instance: Instance, request: Request): InstanceChange {
  const { name, hostname, description, tags } = request;
  return {
    name,
    hostname,
    description: description === '' ? null : description,
    tags,
    metadata: mergedMetadata(instance.metadata, request),
  };
}

/** What the instance says of itself: of the row, and of what the next rebuild tells the guest. */
export function setInstance(tx: Tx, request: Request, context: RequestContext): Instance {
  const change = (instance: Instance): InstanceChange => {
    const changes = changeOf(instance, request);
    checkMetadataQuota(findProject(tx, instance.projectId), changes.metadata ?? {}, instance.metadata);
    return changes;
  };
  return changeDescription(tx, request.ref, 'rename', change, context);
}
