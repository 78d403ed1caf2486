import { timestamp } from '../domain/time.ts';
import type { Tx } from './database.ts';
import { q } from './query.ts';

const KEPT_TASKS = 2000;
/** milliseconds for which the record of a deleted instance is kept */
const KEPT_DELETED = 90 * 24 * 60 * 60 * 1000;

/** Forgets old history, so that years of use do not slow the file down. Nothing that is alive is touched. */
export function pruneHistory(tx: Tx): void {
  const ended = q.selectFrom('tasks').select('id').where('state', 'not in', ['queued', 'running']);
  const old = ended.orderBy('finished_at', 'desc').limit(-1).offset(KEPT_TASKS);
  tx.run(q.deleteFrom('tasks').where('id', 'in', old));
  const limit = timestamp(new Date(Date.parse(tx.now()) - KEPT_DELETED));
  tx.run(q.deleteFrom('instances').where('deleted_at', '<', limit));
}
