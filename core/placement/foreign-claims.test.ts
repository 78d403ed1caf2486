import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { q } from '../state/query.ts';
import { claim } from './allocations.ts';
import { foreignConsumerId, putForeignClaims } from './foreign-claims.ts';
import { getProvider } from './providers.ts';
import { addHost, codeOf } from './test-kit.ts';

let database: Database;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(() => database.close());

const one = { uuid: '11111111-1111-4111-8111-111111111111', name: 'win11', vcpus: 2, ram: 2048 };
const two = { uuid: '22222222-2222-4222-8222-222222222222', name: 'nas', vcpus: 1, ram: 512, disk: 20 };
const put = (hostId: string, guests: (typeof one)[]) =>
  database.write((tx) => putForeignClaims(tx, hostId, guests));
const consumers = () => database.all(q.selectFrom('consumers').selectAll().orderBy('name'));

describe('foreign guests', () => {
  it('count against the host under their own names', () => {
    const id = addHost(database, 'one');
    expect(put(id, [one, two])).toBe(true);
    expect(getHost(database, id)).toMatchObject({
      vcpus: { used: 3 },
      ram: { used: 2560 },
      disk: { used: 20 },
    });
    expect(consumers()).toEqual([
      { id: foreignConsumerId(id, two.uuid), generation: 1, kind: 'foreign', name: 'nas' },
      { id: foreignConsumerId(id, one.uuid), generation: 1, kind: 'foreign', name: 'win11' },
    ]);
  });

  it('touch the host only when something is different', () => {
    const [id, other] = [addHost(database, 'one'), addHost(database, 'two')];
    put(id, [one]);
    put(other, [one]);
    const { generation } = getProvider(database, id);
    expect(put(id, [one])).toBe(false);
    expect(getProvider(database, id).generation).toBe(generation);
    expect(put(id, [{ ...one, name: 'win12' }])).toBe(true);
    expect(put(id, [{ ...one, ram: 1024 }])).toBe(true);
    expect(put(id, [])).toBe(true);
    expect(getProvider(database, id).generation).toBe(generation + 3);
    expect(getHost(database, id)?.ram.used).toBe(0);
    expect(getHost(database, other)?.ram.used).toBe(2048);
  });

  it('may exceed what there is, and then nobody else gets anything', () => {
    const id = addHost(database, 'one', { vcpus: 2, ram: 1024, disk: 10 });
    put(id, [{ ...one, vcpus: 32 }]);
    const shares = [{ providerId: id, resources: { VCPU: 1 } }];
    const request = { consumerId: 'late', consumerGeneration: null, shares };
    expect(codeOf(() => database.write((tx) => claim(tx, request)))).toBe('placement.no_capacity');
  });

  it('are not counted on a host that has not told its resources', () => {
    const id = addHost(database, 'one', null);
    expect(put(id, [one])).toBe(false);
    expect(consumers()).toEqual([]);
  });
});
