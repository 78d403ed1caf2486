import type { Selectable } from 'kysely';
import { Keypair } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { q } from './query.ts';
import { parseRow, parseRows } from './rows.ts';
import type { KeypairsTable } from './schema.ts';

const fromRow = (row: Selectable<KeypairsTable>): Keypair =>
  parseRow('keypairs', row.id, Keypair, () => ({
    id: row.id,
    name: row.name,
    type: row.type,
    fingerprint: row.fingerprint,
    fingerprintMd5: row.fingerprint_md5,
    publicKey: row.public_key,
    createdAt: row.created_at,
    revision: row.revision,
  }));

const all = q.selectFrom('keypairs').selectAll();

export function listKeypairs(reader: Reader): Keypair[] {
  return parseRows(reader, reader.all(all.orderBy('name')), fromRow);
}

/** Those whose id or name is `ref`. */
export function findKeypairs(reader: Reader, ref: string): Keypair[] {
  return reader.all(all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)]))).map(fromRow);
}

/** Only the public half: a private key never comes here. */
export function insertKeypair(tx: Tx, values: Omit<Keypair, 'revision'>): Keypair {
  const keypair = { ...values, revision: tx.nextRevision() };
  tx.run(
    q.insertInto('keypairs').values({
      id: keypair.id,
      name: keypair.name,
      type: keypair.type,
      fingerprint: keypair.fingerprint,
      fingerprint_md5: keypair.fingerprintMd5,
      public_key: keypair.publicKey,
      created_at: keypair.createdAt,
      revision: keypair.revision,
    }),
  );
  tx.publish({ type: 'keypair.changed', value: keypair });
  return keypair;
}

export function deleteKeypair(tx: Tx, id: string): void {
  if (tx.run(q.deleteFrom('keypairs').where('id', '=', id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'keypair', id, revision: tx.nextRevision() });
}
