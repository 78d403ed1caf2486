import type { Parsed, ServerGroup } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import { getInstance } from '../state/instances.ts';
import {
  deleteServerGroup,
  findServerGroups,
  insertServerGroup,
  listServerGroups,
} from '../state/server-groups.ts';
import { projectForNew } from './projects.ts';
import { checkServerGroupQuota } from './quota.ts';
import { resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';

const MOST_NAMES = 5;

export function findServerGroup(reader: Reader, ref: string, field?: string): ServerGroup {
  return resolveOne(findServerGroups(reader, ref), ref, {
    what: 'server group',
    notFound: 'server_group.not_found',
    ...(field !== undefined && { field }),
  });
}

/** Source: `_create` and its schema in nova/api/openstack/compute/server_groups.py, where a rule is anti-affinity's alone */
function createGroup(
  tx: Tx,
  { name, policy, maxServerPerHost, project: ref }: Parsed<'serverGroup.create'>,
): ServerGroup {
  if (maxServerPerHost !== undefined && policy !== 'anti-affinity') {
    throw new ExpectedError('bad_input', `A group with the policy ${policy} has no limit for each host.`, {
      field: 'maxServerPerHost',
      remedy: 'Leave it out, or choose the policy anti-affinity.',
    });
  }
  const project = projectForNew(tx, ref);
  checkServerGroupQuota(tx, project);
  return insertServerGroup(tx, {
    id: tx.uuid(),
    name,
    policy,
    maxServerPerHost: maxServerPerHost ?? 1,
    projectId: project.id,
    createdAt: tx.now(),
  });
}

/** Nova lets a group go and its members be; here a policy that somebody relies on does not vanish by accident. */
function refuseInUse(tx: Tx, { name, memberIds }: ServerGroup): void {
  if (memberIds.length === 0) return;
  const names = memberIds.slice(0, MOST_NAMES).map((id) => `“${getInstance(tx, id)?.name ?? id}”`);
  const more = memberIds.length > MOST_NAMES ? ` and ${memberIds.length - MOST_NAMES} more` : '';
  throw new ExpectedError('server_group.in_use', `“${name}” has members: ${names.join(', ')}${more}.`, {
    field: 'ref',
    remedy: 'Delete these instances first. Softly deleted ones count until they are reclaimed.',
    details: { memberIds },
  });
}

export function serverGroupHandlers(
  database: Database,
): Handlers<'serverGroup.list' | 'serverGroup.create' | 'serverGroup.delete'> {
  return {
    'serverGroup.list': () => listServerGroups(database),
    'serverGroup.create': (input) => database.write((tx) => createGroup(tx, input)),
    'serverGroup.delete': ({ ref }) =>
      database.write((tx) => {
        const group = findServerGroup(tx, ref);
        refuseInUse(tx, group);
        deleteServerGroup(tx, group.id);
        return { id: group.id };
      }),
  };
}
