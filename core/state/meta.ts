import type { Reader, Tx } from './database.ts';
import { q } from './query.ts';

export function getMeta(reader: Reader, key: string): string | undefined {
  return reader.first(q.selectFrom('meta').select('value').where('key', '=', key))?.value;
}

export function setMeta(tx: Tx, key: string, value: string): void {
  tx.run(
    q
      .insertInto('meta')
      .values({ key, value })
      .onConflict((oc) => oc.column('key').doUpdateSet({ value })),
  );
}
