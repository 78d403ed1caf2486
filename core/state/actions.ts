import { type Insertable, type Selectable, sql } from 'kysely';
import { ActionRecord } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';
import { parseRow, parseRows } from './rows.ts';
import type { InstanceActionEventsTable, InstanceActionsTable } from './schema.ts';

/** One request may act on several instances, so both ids make the key. */
export interface ActionKey {
  readonly instanceId: string;
  readonly requestId: string;
}

const fromRow = (
  row: Selectable<InstanceActionsTable>,
  events: readonly Selectable<InstanceActionEventsTable>[],
): ActionRecord =>
  parseRow('instance_actions', row.request_id, ActionRecord, () => ({
    requestId: row.request_id,
    instanceId: row.instance_id,
    action: row.action,
    user: row.user,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    result: row.result,
    message: row.message,
    events: events.map((event) => ({
      name: event.name,
      host: event.host,
      startedAt: event.started_at,
      finishedAt: event.finished_at,
      result: event.result,
      detail: event.detail,
    })),
  }));

/** Newest first, each with its steps in order. */
export function listActions(reader: Reader, instanceId: string): ActionRecord[] {
  const events = q.selectFrom('instance_action_events').selectAll().where('instance_id', '=', instanceId);
  const byRequest = Map.groupBy(reader.all(events.orderBy('id')), (event) => event.request_id);
  const rows = q.selectFrom('instance_actions').selectAll().where('instance_id', '=', instanceId);
  return parseRows(
    reader,
    reader.all(rows.orderBy('started_at', 'desc').orderBy(sql`rowid`, 'desc')),
    (row) => fromRow(row, byRequest.get(row.request_id) ?? []),
  );
}

const byKey = prepared(({ instanceId, requestId }: ActionKey) =>
  q
    .selectFrom('instance_actions')
    .selectAll()
    .where('instance_id', '=', instanceId)
    .where('request_id', '=', requestId),
);
const eventsByKey = prepared(({ instanceId, requestId }: ActionKey) =>
  q
    .selectFrom('instance_action_events')
    .selectAll()
    .where('instance_id', '=', instanceId)
    .where('request_id', '=', requestId)
    .orderBy('id'),
);

// A transaction often ends one step and begins the next.
function publish(tx: Tx, key: ActionKey): void {
  tx.publishLast(`action ${key.instanceId} ${key.requestId}`, () => {
    const row = tx.first(byKey(key));
    return row && { type: 'instance.action', value: fromRow(row, tx.all(eventsByKey(key))) };
  });
}

export function startAction(tx: Tx, key: ActionKey, action: string, user: string): void {
  tx.run(
    q.insertInto('instance_actions').values({
      instance_id: key.instanceId,
      request_id: key.requestId,
      action,
      user,
      started_at: tx.now(),
      finished_at: null,
      result: null,
      message: null,
    }),
  );
  publish(tx, key);
}

export function finishAction(
  tx: Tx,
  key: ActionKey,
  result: NonNullable<ActionRecord['result']>,
  message: string | null = null,
): void {
  tx.run(
    q
      .updateTable('instance_actions')
      .set({ finished_at: tx.now(), result, message })
      .where('instance_id', '=', key.instanceId)
      .where('request_id', '=', key.requestId),
  );
  publish(tx, key);
}

/** Request ids of actions of this name that nobody has finished. */
export function unfinishedActions(reader: Reader, instanceId: string, action: string): string[] {
  const open = q
    .selectFrom('instance_actions')
    .select('request_id')
    .where('instance_id', '=', instanceId)
    .where('action', '=', action)
    .where('finished_at', 'is', null);
  return reader.all(open).map((row) => row.request_id);
}

/** Ends an action that its process left behind, with the steps of it that had begun. */
export function abandonAction(tx: Tx, key: ActionKey, message: string): void {
  tx.run(
    q
      .updateTable('instance_action_events')
      .set({ finished_at: tx.now(), result: 'error', detail: message })
      .where('instance_id', '=', key.instanceId)
      .where('request_id', '=', key.requestId)
      .where('finished_at', 'is', null),
  );
  finishAction(tx, key, 'error', message);
}

type NewEvent = Pick<
  Insertable<InstanceActionEventsTable>,
  'instance_id' | 'request_id' | 'name' | 'host' | 'started_at'
>;
const insertEvent = prepared((event: NewEvent) =>
  q
    .insertInto('instance_action_events')
    .values({ ...event, finished_at: null, result: null, detail: null })
    .returning('id'),
);

type EndOfEvent = Pick<Selectable<InstanceActionEventsTable>, 'id' | 'finished_at' | 'result' | 'detail'>;
const endEvent = prepared(({ id, ...end }: EndOfEvent) =>
  q.updateTable('instance_action_events').set(end).where('id', '=', id),
);

/**
 * @param host name of the host on which the step runs, where it runs on one
 * @returns the event's id, for `finishActionEvent`
 */
export function startActionEvent(tx: Tx, key: ActionKey, name: string, host: string | null): number {
  const { instanceId, requestId } = key;
  const row = tx.first(
    insertEvent({ instance_id: instanceId, request_id: requestId, name, host, started_at: tx.now() }),
  );
  if (row === undefined) throw new Error(`the event ${name} was not stored`);
  publish(tx, key);
  return row.id;
}

export function finishActionEvent(
  tx: Tx,
  key: ActionKey,
  id: number,
  result: NonNullable<ActionRecord['events'][number]['result']>,
  detail: string | null = null,
): void {
  tx.run(endEvent({ id, finished_at: tx.now(), result, detail }));
  publish(tx, key);
}
