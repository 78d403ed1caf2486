import { ExpectedError } from '../domain/errors.ts';
import type { Instance } from '../contract/index.ts';
import type { Tx } from './database.ts';
import { type InstanceChange, transition } from './instance-changes.ts';
import { getInstance, insertInstance, type InstanceRecord, type NewInstance } from './instances.ts';
import { q } from './query.ts';
import { toJsonOrNull } from './rows.ts';

/** An instance whose guest is there already: adopted, taken over or recovered. */
export type ExistingInstance = Omit<NewInstance, 'userData' | 'requestedHostId'> &
  Pick<Instance, 'addresses' | 'powerState' | 'origin' | 'lock' | 'createdAt'> &
  Pick<InstanceRecord, 'controlGeneration' | 'previousOwner'> & {
    readonly hostId: string;
    /** what an adopted guest brought along, to be kept as JSON */
    readonly adopted: unknown;
    /** as it stands already, or while a task makes it ours */
    readonly state: Pick<Instance, 'vmState' | 'taskState'> &
      Pick<InstanceChange, 'rescue' | 'deletedFrom' | 'reclaimAt'>;
  };

/**
 * What is known of an earlier time, a row that is kept as history or one that was taken over, makes way.
 * @returns the user data that the old row had: no mark carries it
 * @throws ExpectedError `guest.not_adoptable`
 */
function makeWay(tx: Tx, { id, domainName }: Pick<Instance, 'id' | 'domainName'>): string | null {
  const row = tx.first(
    q
      .selectFrom('instances')
      .select(['name', 'user_data', 'deleted_at', 'taken_over_json'])
      .where('id', '=', id),
  );
  if (row === undefined) return null;
  if (row.deleted_at === null && row.taken_over_json === null) {
    throw new ExpectedError(
      'guest.not_adoptable',
      `The guest ${domainName} is an instance already: “${row.name}”`,
      { remedy: 'Look at that instance.' },
    );
  }
  tx.run(q.deleteFrom('instances').where('id', '=', id));
  return row.user_data;
}

/** @throws ExpectedError `guest.not_adoptable` */
export function insertExisting(tx: Tx, values: ExistingInstance): Instance {
  const userData = makeWay(tx, values);
  insertInstance(tx, { ...values, userData, requestedHostId: null });
  tx.run(
    q
      .updateTable('instances')
      .set({
        origin: values.origin,
        adopted_json: toJsonOrNull(values.adopted),
        previous_owner_json: toJsonOrNull(values.previousOwner),
        created_at: values.createdAt,
        launched_at: values.createdAt,
      })
      .where('id', '=', values.id),
  );
  const { hostId, addresses, powerState, lock, controlGeneration, state } = values;
  // Its host has just told of it.
  const seenAt = tx.now();
  const set = { hostId, addresses, powerState, lock, controlGeneration, seenAt, ...state };
  const instance = transition(tx, values.id, { set }) ?? getInstance(tx, values.id);
  if (instance === undefined) throw new Error(`instance ${values.id} was not stored`);
  return instance;
}
