import { randomUUID } from 'node:crypto';
import { ADMIN_PROJECT, type Project, type Quota } from '../contract/index.ts';
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
