import { describe, expect, it } from 'vitest';
import { prepared } from './prepared.ts';
import { q } from './query.ts';

const byName = prepared(({ name }: { name: string }) =>
  q.selectFrom('hosts').select('id').where('name', '=', name).where('enabled', '=', 1),
);

describe('a prepared query', () => {
  it('is built once, and filled in each time', () => {
    let built = 0;
    const query = prepared(({ id }: { id: string }) => {
      built += 1;
      return q.selectFrom('hosts').select('name').where('id', '=', id);
    });
    expect(query({ id: 'a' }).compile().parameters).toEqual(['a']);
    expect(query({ id: 'b' }).compile().parameters).toEqual(['b']);
    expect(built).toBe(1);
  });

  it('says what the same query says that is built each time', () => {
    const plain = q.selectFrom('hosts').select('id').where('name', '=', 'one').where('enabled', '=', 1);
    const { sql, parameters } = byName({ name: 'one' }).compile();
    expect({ sql, parameters }).toEqual({ sql: plain.compile().sql, parameters: plain.compile().parameters });
  });

  it('leaves alone the columns that are undefined, and empties those that are null', () => {
    type Change = { id: string; name?: string | undefined; retry_at?: string | null | undefined };
    const update = prepared(({ id, ...set }: Change) => q.updateTable('hosts').set(set).where('id', '=', id));
    const named = update({ id: 'a', name: 'one', retry_at: undefined }).compile();
    expect(named.sql).toBe('update "hosts" set "name" = ? where "id" = ?');
    expect(named.parameters).toEqual(['one', 'a']);
    const emptied = update({ id: 'a', retry_at: null }).compile();
    expect(emptied.sql).toBe('update "hosts" set "retry_at" = ? where "id" = ?');
    expect(emptied.parameters).toEqual([null, 'a']);
  });
});
