import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContractEvent } from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase, type Tx } from './database.ts';
import { q } from './query.ts';

let database: Database;
const told: string[] = [];

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  told.length = 0;
  database.subscribe((event) => told.push(event.type === 'deleted' ? event.id : event.type));
});
afterEach(() => database.close());

const event = (id: string): ContractEvent => ({ type: 'deleted', resource: 'flavor', id, revision: 1 });
const keys = () =>
  database
    .all(q.selectFrom('meta').select('key').where('key', 'like', 'k%').orderBy('key'))
    .map(({ key }) => key);

/** Writes a row and tells of it. */
const put = (key: string) => (tx: Tx) => {
  tx.run(q.insertInto('meta').values({ key, value: '1' }));
  tx.publish(event(key));
  return key;
};
const break_ = (key: string) => (tx: Tx) => {
  put(key)(tx);
  throw new Error(`no ${key}`);
};

describe('what is written soon', () => {
  it('is on disk and told when it settles, and not before', async () => {
    const soon = database.writeSoon(put('k1'));
    expect({ keys: keys(), told: [...told] }).toEqual({ keys: [], told: [] });
    expect(await soon).toBe('k1');
    expect({ keys: keys(), told }).toEqual({ keys: ['k1'], told: ['k1'] });
  });

  it('shares one transaction, in order; one that fails takes back its own and no more', async () => {
    const write = vi.spyOn(database, 'write');
    const settled = await Promise.allSettled([
      database.writeSoon(put('k1')),
      database.writeSoon(break_('k2')),
      database.writeSoon(put('k3')),
    ]);
    expect(write).toHaveBeenCalledTimes(1);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect({ keys: keys(), told }).toEqual({ keys: ['k1', 'k3'], told: ['k1', 'k3'] });
  });

  it('is not there for anybody when the transaction itself fails', async () => {
    vi.spyOn(database, 'write').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    const settled = await Promise.allSettled([database.writeSoon(put('k1')), database.writeSoon(put('k2'))]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect({ keys: keys(), told }).toEqual({ keys: [], told: [] });
  });

  it('sees what was written meanwhile, and what went before it', async () => {
    const seen: string[][] = [];
    const first = database.writeSoon(put('k2'));
    const second = database.writeSoon(() => void seen.push(keys()));
    database.write(put('k1'));
    await Promise.all([first, second]);
    expect(seen).toEqual([['k1', 'k2']]);
  });

  it('refuses to wait', async () => {
    await expect(database.writeSoon(async () => undefined)).rejects.toThrow('must not wait');
  });

  it('is refused when the database is closed before its turn', async () => {
    const soon = database.writeSoon(put('k1'));
    database.close();
    await expect(soon).rejects.toThrow('closed');
    database = openDatabase(':memory:', { log: silentLog });
  });
});
