import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../domain/log.ts';
import { type Database, openDatabase } from '../database.ts';
import { getInstance, getInstanceRecord, insertInstance, listInstances } from '../instances.ts';
import { q } from '../query.ts';
import { salvageInstances } from './salvage.ts';

let database: Database;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(() => database.close());

const flavor = {
  id: '1',
  name: 'm1.tiny',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};

function add(name: string): string {
  const id = randomUUID();
  database.write((tx) =>
    insertInstance(tx, {
      id,
      name,
      hostname: name,
      domainName: `micronova-${id.slice(0, 8)}`,
      flavor,
      imageId: null,
      imageName: null,
      keyName: null,
      metadata: { role: 'web' },
      mac: '52:54:00:00:00:01',
      publicKey: null,
      userData: null,
      requestedHostId: null,
    }),
  );
  return id;
}

describe('a damaged row', () => {
  it('becomes an instance in ERROR that says what was damaged and keeps it', () => {
    const id = add('web');
    database.write((tx) =>
      tx.run(
        q.updateTable('instances').set({ flavor_json: '{"id":', vm_state: 'dreaming' }).where('id', '=', id),
      ),
    );
    expect(() => getInstance(database, id)).toThrow('damaged');
    expect(database.write(salvageInstances)).toEqual([expect.stringContaining(id)]);
    expect(getInstance(database, id)).toMatchObject({
      name: 'web',
      vmState: 'error',
      flavor: { name: 'unknown' },
      metadata: { role: 'web' },
      fault: {
        error: { code: 'state.corrupt', details: { flavor_json: '{"id":', vm_state: 'dreaming' } },
      },
    });
    expect(database.write(salvageInstances)).toEqual([]);
  });

  it('is mended in whichever column it is', () => {
    const columns = ['name', 'hostname', 'task_state', 'power_state', 'image_id', 'addresses_json'] as const;
    const more = [
      'metadata_json',
      'fault_json',
      'launched_at',
      'created_at',
      'updated_at',
      'seen_at',
      'description',
      'tags_json',
      'lock_json',
      'hints_json',
      'requested_zone',
      'reclaim_at',
      'deleted_from',
      'rescue_json',
      'origin',
      'taken_over_json',
      'previous_owner_json',
    ] as const;
    for (const column of [...columns, ...more]) {
      const id = add(column);
      const bad = '\u0000[';
      database.write((tx) =>
        tx.run(
          q
            .updateTable('instances')
            .set({ [column]: bad })
            .where('id', '=', id),
        ),
      );
      database.write(salvageInstances);
      const isText = ['hostname', 'requested_zone'].includes(column);
      expect([column, getInstanceRecord(database, id)?.instance.vmState]).toEqual([
        column,
        isText ? 'building' : 'error',
      ]);
    }
  });

  it('is none where all is well', () => {
    add('web');
    const before = listInstances(database);
    expect(database.write(salvageInstances)).toEqual([]);
    expect(listInstances(database)).toEqual(before);
  });
});
