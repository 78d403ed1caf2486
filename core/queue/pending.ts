import { sql } from 'kysely';
import type { z } from 'zod';
import type { Reader } from '../state/database.ts';
import { prepared } from '../state/prepared.ts';
import { q } from '../state/query.ts';
import { listPendingInputs } from '../state/tasks.ts';
import { TASK_KINDS, type TaskKind } from './kinds.ts';

/** What the runner must know of a task to decide whether its turn has come. */
export interface PendingTask {
  readonly id: string;
  readonly kind: string;
  readonly lane: string;
  readonly state: string;
  readonly instanceId: string | null;
  readonly imageId: string | null;
  readonly hostId: string | null;
  readonly requestId: string;
  readonly generation: number;
  readonly cancelRequested: boolean;
  readonly waitsFor: string | null;
  readonly expiresAt: string | null;
}

const pending = prepared(() =>
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
      'request_id',
      'generation',
      'cancel_requested',
      'waits_for',
      'expires_at',
    ])
    .where('state', 'in', ['queued', 'running'])
    .orderBy('state', 'desc')
    .orderBy('position')
    .orderBy(sql`rowid`),
);

/**
 * Those that have begun, then the queued ones in the order in which they were asked for, or put by a person; without
 * steps and inputs, for it is asked after every change. The order is that of the rows: a clock may be set back.
 */
export function listPending(reader: Reader): PendingTask[] {
  return reader.all(pending()).map((row) => ({
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    state: row.state,
    instanceId: row.instance_id,
    imageId: row.image_id,
    hostId: row.host_id,
    requestId: row.request_id,
    generation: row.generation,
    cancelRequested: row.cancel_requested === 1,
    waitsFor: row.waits_for,
    expiresAt: row.expires_at,
  }));
}

/** What the queued and running tasks of one kind were given. */
export function pendingInputs<K extends TaskKind>(
  reader: Reader,
  kind: K,
): z.output<(typeof TASK_KINDS)[K]>[] {
  const inputs = listPendingInputs(reader, kind).map((input) => TASK_KINDS[kind].parse(input));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of this very kind has just parsed them
  return inputs as z.output<(typeof TASK_KINDS)[K]>[];
}
