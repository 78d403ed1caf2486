import type { Selectable } from 'kysely';
import { ServerGroup } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { q } from './query.ts';
import { parseRow, parseRows } from './rows.ts';
import type { ServerGroupsTable } from './schema.ts';

type Row = Selectable<ServerGroupsTable>;

const all = q.selectFrom('server_groups').selectAll();

/** Every instance is a member from the moment that it is asked for until it is gone; softly deleted ones still are. */
const members = q
  .selectFrom('instances')
  .select(['id', 'group_id'])
  .where('deleted_at', 'is', null)
  .orderBy('created_at')
  .orderBy('name');

function withMembers(reader: Reader, rows: readonly Row[]): ServerGroup[] {
  const ids = rows.map((row) => row.id);
  const membersOf = Map.groupBy(reader.all(members.where('group_id', 'in', ids)), (row) => row.group_id);
  return parseRows(reader, rows, (row) =>
    parseRow('server_groups', row.id, ServerGroup, () => ({
      id: row.id,
      name: row.name,
      policy: row.policy,
      maxServerPerHost: row.max_server_per_host,
      projectId: row.project_id,
      memberIds: (membersOf.get(row.id) ?? []).map(({ id }) => id),
      createdAt: row.created_at,
      revision: row.revision,
    })),
  );
}

export function listServerGroups(reader: Reader): ServerGroup[] {
  return withMembers(reader, reader.all(all.orderBy('name').orderBy('created_at')));
}

/** Those whose id or name is `ref`; groups may share a name. */
export function findServerGroups(reader: Reader, ref: string): ServerGroup[] {
  const found = all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)]));
  return withMembers(reader, reader.all(found));
}

export function getServerGroup(reader: Reader, id: string): ServerGroup | undefined {
  return withMembers(reader, reader.all(all.where('id', '=', id)))[0];
}

export function insertServerGroup(tx: Tx, values: Omit<ServerGroup, 'revision' | 'memberIds'>): ServerGroup {
  const group = { ...values, memberIds: [], revision: tx.nextRevision() };
  tx.run(
    q.insertInto('server_groups').values({
      id: group.id,
      name: group.name,
      policy: group.policy,
      max_server_per_host: group.maxServerPerHost,
      project_id: group.projectId,
      created_at: group.createdAt,
      revision: group.revision,
    }),
  );
  tx.publish({ type: 'serverGroup.changed', value: group });
  return group;
}

/** Tells a group whose members changed. */
export function tellServerGroup(tx: Tx, id: string): void {
  const revision = tx.nextRevision();
  tx.run(q.updateTable('server_groups').set({ revision }).where('id', '=', id));
  const group = getServerGroup(tx, id);
  if (group !== undefined) tx.publish({ type: 'serverGroup.changed', value: group });
}

/** Its members stay, and belong to no group any more. */
export function deleteServerGroup(tx: Tx, id: string): void {
  const leave = { group_id: null, revision: tx.nextRevision() };
  tx.run(q.updateTable('instances').set(leave).where('group_id', '=', id));
  if (tx.run(q.deleteFrom('server_groups').where('id', '=', id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'serverGroup', id, revision: tx.nextRevision() });
}
