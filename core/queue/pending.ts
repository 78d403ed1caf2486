import { sql } from 'kysely';
import type { Reader } from '../state/database.ts';
import { q } from '../state/query.ts';

/** What the runner must know of a task to decide whether its turn has come. */
export interface PendingTask {
  readonly id: string;
  readonly kind: string;
  readonly lane: string;
  readonly state: string;
  readonly instanceId: string | null;
  readonly imageId: string | null;
  readonly hostId: string | null;
  readonly generation: number;
  readonly cancelRequested: boolean;
}

/**
 * Queued and running ones, in the order in which they were asked for; without steps and inputs, for it is asked after
 * every change. The row number tells that order: the wall clock may have been set back between two of them.
 */
export function listPending(reader: Reader): PendingTask[] {
  const rows = reader.all(
    q
      .selectFrom('tasks')
      .select([
        'id',
        'kind',
        'lane',
        'state',
        'instance_id',
        'image_id',
        'host_id',
        'generation',
        'cancel_requested',
      ])
      .where('state', 'in', ['queued', 'running'])
      .orderBy(sql`rowid`),
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    state: row.state,
    instanceId: row.instance_id,
    imageId: row.image_id,
    hostId: row.host_id,
    generation: row.generation,
    cancelRequested: row.cancel_requested === 1,
  }));
}
