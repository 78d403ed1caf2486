import { Decision, DecisionRecord } from '../contract/index.ts';
import type { ActionKey } from './actions.ts';
import type { Reader, Tx } from './database.ts';
import { q } from './query.ts';
import { fromJson, parseRow, parseRows } from './rows.ts';

const kept = (instanceId: string) =>
  q.selectFrom('decisions').selectAll().where('instance_id', '=', instanceId).orderBy('id', 'desc');

/** Every decision about an instance, newest first. */
export function listDecisions(reader: Reader, instanceId: string): DecisionRecord[] {
  return parseRows(reader, reader.all(kept(instanceId)), (row) =>
    parseRow('decisions', String(row.id), DecisionRecord, () => ({
      at: row.at,
      requestId: row.request_id,
      action: row.action,
      decision: fromJson(row.decision_json),
    })),
  );
}

/** The latest decision about an instance. */
export function getDecision(reader: Reader, instanceId: string): Decision | null {
  const row = reader.first(kept(instanceId).limit(1));
  if (row === undefined) return null;
  return parseRow('decisions', String(row.id), Decision, () => fromJson(row.decision_json));
}

/** Keeps a request's decision; what a later attempt of the same request finds out takes its place. */
export function putDecision(tx: Tx, key: ActionKey, action: string, decision: Decision): void {
  const { instanceId, requestId } = key;
  const decision_json = JSON.stringify(decision);
  const changed = tx.run(
    q
      .updateTable('decisions')
      .set({ decision_json })
      .where('instance_id', '=', instanceId)
      .where('request_id', '=', requestId),
  );
  if (changed > 0) return;
  const row = { instance_id: instanceId, request_id: requestId, action, at: tx.now(), decision_json };
  tx.run(q.insertInto('decisions').values(row));
}
