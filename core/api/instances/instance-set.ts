import { type Instance, Metadata, type Parsed } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { RequestContext } from '../../identity/context.ts';
import type { Tx } from '../../state/database.ts';
import type { InstanceChange } from '../../state/instance-changes.ts';
import { changeDescription } from './instance-record.ts';
import { findProject } from '../projects.ts';
import { checkMetadataQuota } from '../quota.ts';

type Request = Parsed<'instance.set'>;

// The contract sees only what is added; what was there counts, too.
function checkMetadataCount(metadata: Instance['metadata']): void {
  if (Metadata.safeParse(metadata).success) return;
  throw new ExpectedError('bad_input', '“metadata” must have at most 128 items.', {
    field: 'metadata',
    remedy: 'Remove some with unsetMetadata.',
  });
}

function mergedMetadata(instance: Instance, { metadata, unsetMetadata = [] }: Request): Instance['metadata'] {
  const kept = Object.entries(instance.metadata).filter(([key]) => !unsetMetadata.includes(key));
  const merged = { ...Object.fromEntries(kept), ...metadata };
  checkMetadataCount(merged);
  return merged;
}

function changeOf(instance: Instance, request: Request): InstanceChange {
  const { name, hostname, description, tags } = request;
  return {
    name,
    hostname,
    description: description === '' ? null : description,
    tags,
    metadata: mergedMetadata(instance, request),
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
