import { type Selectable, sql, type Updateable } from 'kysely';
import { ADMIN_PROJECT, Project, type Quota, QuotaUsage } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { transition } from './instance-changes.ts';
import { q } from './query.ts';
import { fromJson, parseRow, parseRows } from './rows.ts';
import type { ProjectsTable } from './schema.ts';

/** What Nova gives a project that says nothing of it: `quota` group of nova/conf/quota.py. RAM in MiB. */
export const DEFAULT_QUOTA: Quota = {
  instances: 10,
  cores: 20,
  ram: 51_200,
  keyPairs: 100,
  serverGroups: 10,
  serverGroupMembers: 10,
  metadataItems: 128,
};

const fromRow = (row: Selectable<ProjectsTable>): Project =>
  parseRow('projects', row.id, Project, () => ({
    id: row.id,
    name: row.name,
    description: row.description,
    enabled: row.enabled === 1,
    quota: fromJson(row.quota_json),
    createdAt: row.created_at,
    revision: row.revision,
  }));

const all = q.selectFrom('projects').selectAll();

export function listProjects(reader: Reader): Project[] {
  return parseRows(reader, reader.all(all.orderBy('name')), fromRow);
}

/** Those whose id or name is `ref`. */
export function findProjects(reader: Reader, ref: string): Project[] {
  return reader.all(all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)]))).map(fromRow);
}

function columnsOf(change: Partial<Project>): Updateable<ProjectsTable> {
  return {
    name: change.name,
    description: change.description,
    enabled: change.enabled === undefined ? undefined : Number(change.enabled),
    quota_json: change.quota && JSON.stringify(change.quota),
  };
}

export function insertProject(tx: Tx, values: Omit<Project, 'revision'>): Project {
  const project = { ...values, revision: tx.nextRevision() };
  tx.run(
    q.insertInto('projects').values({
      id: project.id,
      name: project.name,
      description: project.description,
      enabled: Number(project.enabled),
      quota_json: JSON.stringify(project.quota),
      created_at: project.createdAt,
      revision: project.revision,
    }),
  );
  tx.publish({ type: 'project.changed', value: project });
  return project;
}

// Instances show the name of their project.
function tellInstances(tx: Tx, projectId: string): void {
  const members = q
    .selectFrom('instances')
    .select('id')
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null);
  for (const { id } of tx.all(members)) transition(tx, id, { set: {} });
}

export function updateProject(
  tx: Tx,
  before: Project,
  set: Partial<Pick<Project, 'name' | 'description' | 'enabled' | 'quota'>>,
): Project {
  const project = { ...before, ...set, revision: tx.nextRevision() };
  const columns = { ...columnsOf(set), revision: project.revision };
  tx.run(q.updateTable('projects').set(columns).where('id', '=', project.id));
  tx.publish({ type: 'project.changed', value: project });
  if (project.name !== before.name) tellInstances(tx, project.id);
  return project;
}

export function deleteProject(tx: Tx, id: string): void {
  if (tx.run(q.deleteFrom('projects').where('id', '=', id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'project', id, revision: tx.nextRevision() });
}

// A flavor that cannot be read counts as none: its row is mended at the next start, and must not block the others.
const figure = (name: 'vcpus' | 'ram') =>
  sql<number>`coalesce(sum(iif(json_valid(flavor_json), json_extract(flavor_json, ${sql.lit(`$.${name}`)}), 0)), 0)`;

const instancesOf = (projectId: string) =>
  q
    .selectFrom('instances')
    .select((eb) => [
      eb.fn.countAll<number>().as('instances'),
      figure('vcpus').as('cores'),
      figure('ram').as('ram'),
    ])
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null);

const groupsOf = (projectId: string) =>
  q
    .selectFrom('server_groups')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('project_id', '=', projectId);

const keypairs = q.selectFrom('keypairs').select((eb) => eb.fn.countAll<number>().as('count'));

/**
 * How much of its quota a project uses. Softly deleted instances count until they are reclaimed, as in Nova
 * (`_instances_cores_ram_count` in nova/quota.py). Key pairs belong to the account, so they count for the project `admin`.
 */
export function readUsage(reader: Reader, projectId: string): QuotaUsage {
  const used = reader.first(instancesOf(projectId));
  return QuotaUsage.parse({
    instances: 0,
    cores: 0,
    ram: 0,
    ...used,
    serverGroups: reader.first(groupsOf(projectId))?.count ?? 0,
    keyPairs: projectId === ADMIN_PROJECT ? (reader.first(keypairs)?.count ?? 0) : 0,
  });
}

/** How many members a server group has. */
export function countMembers(reader: Reader, groupId: string): number {
  const members = q
    .selectFrom('instances')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('group_id', '=', groupId)
    .where('deleted_at', 'is', null);
  return reader.first(members)?.count ?? 0;
}
