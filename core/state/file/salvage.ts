import { z } from 'zod';
import { type Fault, Flavor, Instance, PowerState, TaskState, VmState } from '../../contract/index.ts';
import { ExpectedError, isExpected, toErrorBody } from '../../domain/errors.ts';
import type { Tx } from '../database.ts';
import { getInstanceRecord, PreviousOwner, RescueRecord } from '../instances.ts';
import { q } from '../query.ts';

const UNKNOWN_FLAVOR = {
  id: 'unknown',
  name: 'unknown',
  vcpus: 1,
  ram: 1,
  disk: 0,
  ephemeral: 0,
  swap: 0,
  isPublic: false,
  description: null,
  extraSpecs: {},
};

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
});

const shape = Instance.shape;

/** What each column must hold, and what takes its place where it does not. */
const COLUMNS = [
  { column: 'name', schema: shape.name, instead: 'damaged' },
  { column: 'hostname', schema: shape.hostname, instead: 'damaged' },
  { column: 'vm_state', schema: VmState, instead: 'error' },
  { column: 'task_state', schema: TaskState.nullable(), instead: null },
  { column: 'power_state', schema: PowerState, instead: 'NOSTATE' },
  {
    column: 'flavor_json',
    schema: Json.pipe(Flavor.omit({ createdAt: true, revision: true })),
    instead: JSON.stringify(UNKNOWN_FLAVOR),
  },
  { column: 'image_id', schema: shape.imageId, instead: null },
  { column: 'addresses_json', schema: Json.pipe(shape.addresses), instead: '[]' },
  { column: 'metadata_json', schema: Json.pipe(shape.metadata), instead: '{}' },
  { column: 'fault_json', schema: Json.pipe(shape.fault).nullable(), instead: null },
  { column: 'launched_at', schema: shape.launchedAt, instead: null },
  { column: 'created_at', schema: shape.createdAt, instead: new Date(0).toISOString() },
  { column: 'updated_at', schema: shape.updatedAt, instead: new Date(0).toISOString() },
  { column: 'seen_at', schema: shape.seenAt, instead: null },
  { column: 'domain_name', schema: shape.domainName, instead: 'damaged' },
  { column: 'user', schema: shape.user, instead: 'damaged' },
  { column: 'description', schema: shape.description, instead: null },
  { column: 'tags_json', schema: Json.pipe(shape.tags), instead: '[]' },
  { column: 'lock_json', schema: Json.pipe(shape.lock).nullable(), instead: null },
  { column: 'hints_json', schema: Json.pipe(shape.hints), instead: '{}' },
  { column: 'requested_zone', schema: shape.requestedZone, instead: null },
  { column: 'reclaim_at', schema: shape.reclaimAt, instead: null },
  { column: 'deleted_from', schema: VmState.nullable(), instead: null },
  { column: 'rescue_json', schema: Json.pipe(RescueRecord).nullable(), instead: null },
  { column: 'origin', schema: shape.origin, instead: 'launched' },
  { column: 'taken_over_json', schema: Json.pipe(shape.takenOver).nullable(), instead: null },
  { column: 'previous_owner_json', schema: Json.pipe(PreviousOwner).nullable(), instead: null },
] as const;

const isDamaged = (tx: Tx, id: string): boolean => {
  try {
    getInstanceRecord(tx, id);
    return false;
  } catch (error) {
    if (isExpected(error, 'state.corrupt')) return true;
    throw error;
  }
};

/**
 * Makes rows that cannot be read readable again, so that their instances can be seen and deleted: what is damaged in
 * them is replaced, and kept in the fault that says so.
 * @returns notices for the person
 */
export function salvageInstances(tx: Tx): string[] {
  const rows = tx.all(q.selectFrom('instances').selectAll().where('deleted_at', 'is', null));
  return rows.flatMap((row) => {
    if (!isDamaged(tx, row.id)) return [];
    const bad = COLUMNS.filter(({ column, schema }) => !schema.safeParse(row[column]).success);
    if (bad.length === 0) return [];
    const was = Object.fromEntries(bad.map(({ column }) => [column, row[column]]));
    const names = Object.keys(was).join(', ');
    const error = new ExpectedError('state.corrupt', `Its row in the database was damaged: ${names}`, {
      remedy: 'Its guest was not touched. Delete the instance, or go on with it and set right what you can.',
      details: was,
    });
    const fault: Fault = { at: tx.now(), step: null, error: toErrorBody(error) };
    const instead = Object.fromEntries(bad.map(({ column, instead: value }) => [column, value]));
    tx.run(
      q
        .updateTable('instances')
        .set({
          ...instead,
          vm_state: 'error',
          fault_json: JSON.stringify(fault),
          revision: tx.nextRevision(),
        })
        .where('id', '=', row.id),
    );
    tx.log.error({ id: row.id, was }, 'a damaged row of instances was made readable');
    return [`The instance ${row.id} was damaged in the database (${names}): it is in ERROR now.`];
  });
}
