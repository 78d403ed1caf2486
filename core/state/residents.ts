import type { Reader } from './database.ts';
import { q } from './query.ts';

/** What the scheduler must know of an instance that is on a host. */
export interface Resident {
  readonly id: string;
  readonly name: string;
  readonly hostId: string;
  readonly groupId: string | null;
  readonly imageId: string | null;
  readonly vmState: string;
  readonly taskState: string | null;
}

// Thousands of them are read for a single decision: no joins, and nothing of them but these columns.
const residents = q
  .selectFrom('instances')
  .select([
    'id',
    'name',
    'host_id as hostId',
    'group_id as groupId',
    'image_id as imageId',
    'vm_state as vmState',
    'task_state as taskState',
  ])
  .where('deleted_at', 'is', null)
  .where('host_id', 'is not', null)
  .$narrowType<{ hostId: string }>();

/** Every instance that is on a host. */
export function listResidents(reader: Reader): Resident[] {
  return reader.all(residents);
}

/** An instance that has changed: where it is now, or null when it is on no host any more. */
export type ResidentChange = Omit<Resident, 'hostId'> & { readonly hostId: string | null };

const changes = q
  .selectFrom('instances')
  .select(['id', 'name', 'host_id', 'deleted_at'])
  .select(['group_id as groupId', 'image_id as imageId', 'vm_state as vmState', 'task_state as taskState']);

/** Every instance that has a higher revision than this one, those that were deleted among them. */
export function residentsChangedSince(reader: Reader, revision: number): ResidentChange[] {
  return reader
    .all(changes.where('revision', '>', revision))
    .map(({ host_id, deleted_at, ...rest }) => ({ ...rest, hostId: deleted_at === null ? host_id : null }));
}
