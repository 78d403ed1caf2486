import { randomUUID } from 'node:crypto';
import { ADMIN_PROJECT, type Project, type Quota, type ServerGroup } from '../contract/index.ts';
import { timestamp } from '../domain/time.ts';
import type { Tx } from './database.ts';
import { q } from './query.ts';

/** Whatever had room once has it again; a person sets limits afterwards. */
const UNLIMITED: Quota = {
  instances: -1,
  cores: -1,
  ram: -1,
  keyPairs: 100,
  serverGroups: -1,
  serverGroupMembers: -1,
  metadataItems: 128,
};

/** The project of this name; made where there is none. @returns its id */
export function ensureProject(tx: Tx, name: string): string {
  const there = tx.first(q.selectFrom('projects').select('id').where('name', '=', name));
  if (there !== undefined) return there.id;
  if (name === 'admin') return ADMIN_PROJECT;
  const project: Project = {
    id: randomUUID(),
    name,
    description: null,
    enabled: true,
    quota: UNLIMITED,
    createdAt: timestamp(),
    revision: tx.nextRevision(),
  };
  tx.run(
    q.insertInto('projects').values({
      id: project.id,
      name,
      description: null,
      enabled: 1,
      quota_json: JSON.stringify(project.quota),
      created_at: project.createdAt,
      revision: project.revision,
    }),
  );
  tx.publish({ type: 'project.changed', value: project });
  return project.id;
}

type Group = Pick<ServerGroup, 'id' | 'name' | 'policy' | 'maxServerPerHost'>;

/** The server group with this id; made again where there is none. @returns its id */
export function ensureServerGroup(tx: Tx, group: Group, projectId: string): string {
  const there = q.selectFrom('server_groups').select('id').where('id', '=', group.id);
  if (tx.first(there) !== undefined) return group.id;
  const made: ServerGroup = {
    ...group,
    projectId,
    memberIds: [],
    createdAt: timestamp(),
    revision: tx.nextRevision(),
  };
  tx.run(
    q.insertInto('server_groups').values({
      id: made.id,
      name: made.name,
      policy: made.policy,
      max_server_per_host: made.maxServerPerHost,
      project_id: projectId,
      created_at: made.createdAt,
      revision: made.revision,
    }),
  );
  tx.publish({ type: 'serverGroup.changed', value: made });
  return made.id;
}
