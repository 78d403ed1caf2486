import type { Reader, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';

const byKey = prepared(({ key }: { key: string }) =>
  q.selectFrom('meta').select('value').where('key', '=', key),
);

export function getMeta(reader: Reader, key: string): string | undefined {
  return reader.first(byKey({ key }))?.value;
}

export function setMeta(tx: Tx, key: string, value: string): void {
  tx.run(
    q
      .insertInto('meta')
      .values({ key, value })
      .onConflict((oc) => oc.column('key').doUpdateSet({ value })),
  );
}
