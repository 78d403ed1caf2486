import { ExpectedError } from '../domain/errors.ts';
import type { Reader } from '../state/database.ts';
import { q } from '../state/query.ts';

// Far above what a desk needs: they stop a script that has run wild, not a person. Key pairs: nova/conf/quota.py.
const MOST_INSTANCES = 1000;
const MOST_KEYPAIRS = 100;

function refuse(what: string, used: number, limit: number): never {
  throw new ExpectedError('quota_exceeded', `There may be at most ${limit} ${what}; there are ${used}.`, {
    remedy: 'Delete some that are no longer needed.',
    details: { limit, used },
  });
}

/** @param wanted how many more */
export function checkInstanceQuota(reader: Reader, wanted: number): void {
  const count = q
    .selectFrom('instances')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('deleted_at', 'is', null);
  const used = reader.first(count)?.count ?? 0;
  if (used + wanted > MOST_INSTANCES) refuse('instances', used, MOST_INSTANCES);
}

export function checkKeypairQuota(reader: Reader): void {
  const count = q.selectFrom('keypairs').select((eb) => eb.fn.countAll<number>().as('count'));
  const used = reader.first(count)?.count ?? 0;
  if (used >= MOST_KEYPAIRS) refuse('key pairs', used, MOST_KEYPAIRS);
}
