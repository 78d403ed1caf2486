import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskState, VmState } from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { markDeleted, transition } from '../state/instance-changes.ts';
import { insertInstance } from '../state/instances.ts';
import { q } from '../state/query.ts';
import { allocationsOf, claim } from './allocations.ts';
import { auditClaims, healClaims } from './audit.ts';
import { foreignConsumerId, putForeignClaims } from './foreign-claims.ts';
import { listProviders } from './providers.ts';
import { addHost } from './test-kit.ts';

let database: Database;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(() => database.close());

const FLAVOR = {
  id: '1',
  name: 'm1',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};
const RESOURCES = { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 };

interface Where {
  readonly vmState?: VmState;
  readonly taskState?: TaskState | null;
  readonly disk?: number;
}

function addInstance(name: string, hostId: string | null, where: Where = {}): string {
  const id = randomUUID();
  const { vmState = 'active', taskState = null, disk = 1 } = where;
  database.write((tx) => {
    insertInstance(tx, {
      id,
      name,
      hostname: name,
      domainName: `micronova-${id}`,
      flavor: { ...FLAVOR, disk },
      imageId: null,
      imageName: null,
      keyName: null,
      metadata: {},
      mac: 'fa:16:3e:00:00:01',
      publicKey: null,
      userData: null,
      requestedHostId: null,
    });
    transition(tx, id, { set: { hostId, vmState, taskState } });
  });
  return id;
}

function give(consumerId: string, hostId: string, resources: Record<string, number> = RESOURCES): void {
  const shares = [{ providerId: hostId, resources }];
  database.write((tx) => claim(tx, { consumerId, consumerGeneration: null, shares, beyondCapacity: true }));
}

const audit = () =>
  auditClaims(database).map(({ kind, hostName, consumerName, detail }) =>
    [kind, hostName, consumerName ?? '-', detail].join(' | '),
  );
const heal = () => database.write((tx) => healClaims(tx));

describe('an audit', () => {
  it('finds nothing where all agrees', () => {
    const host = addHost(database, 'one');
    give(addInstance('web', host), host);
    addInstance('nowhere', null);
    expect(audit()).toEqual([]);
    expect(heal()).toEqual([]);
  });

  it('finds what is missing, of the wrong size, orphaned and too much, and mends it', () => {
    const [one, two] = [addHost(database, 'one'), addHost(database, 'two', { vcpus: 1, ram: 1024, disk: 1 })];
    const missing = addInstance('missing', one);
    const wrong = addInstance('wrong', one);
    give(wrong, one, { VCPU: 2, MEMORY_MB: 512 });
    const moved = addInstance('moved', one);
    give(moved, two);
    const gone = addInstance('gone', two);
    give(gone, two);
    database.write((tx) => markDeleted(tx, gone));
    expect(audit().toSorted()).toEqual(
      [
        'wrong_size | one | wrong | Holds CPU: 2 vCPU, RAM: 512 MiB; ought to hold CPU: 1 vCPU, RAM: 512 MiB, Disk: 1 GiB.',
        'missing | one | missing | Holds nothing there; ought to hold CPU: 1 vCPU, RAM: 512 MiB, Disk: 1 GiB.',
        'missing | one | moved | Holds nothing there; ought to hold CPU: 1 vCPU, RAM: 512 MiB, Disk: 1 GiB.',
        'orphaned | two | moved | The instance is on one, and still holds here CPU: 1 vCPU, RAM: 512 MiB, Disk: 1 GiB',
        'orphaned | two | - | The instance is gone, and still holds CPU: 1 vCPU, RAM: 512 MiB, Disk: 1 GiB',
        'over_capacity | two | - | RAM: 1024 MiB are given away of 512 that there are to give.',
        'over_capacity | two | - | Disk: 2 GiB are given away of 1 that there are to give.',
      ].toSorted(),
    );
    expect(heal()).toHaveLength(7);
    expect(audit()).toEqual([]);
    for (const id of [missing, wrong, moved]) {
      expect(allocationsOf(database, id)).toEqual([{ providerId: one, resources: RESOURCES }]);
    }
    expect(allocationsOf(database, gone)).toEqual([]);
  });

  it('puts a claim down even where there is no room, and says so from then on', () => {
    const host = addHost(database, 'one', { vcpus: 4, ram: 600, disk: 9 });
    const id = addInstance('web', host);
    heal();
    expect(allocationsOf(database, id)).toEqual([{ providerId: host, resources: RESOURCES }]);
    expect(audit()).toEqual([
      'over_capacity | one | - | RAM: 512 MiB are given away of 88 that there are to give.',
    ]);
    expect(heal()).toMatchObject([{ kind: 'over_capacity', healable: false }]);
  });

  it.each<[string, Where]>([
    ['is being deleted', { taskState: 'deleting' }],
    ['waits for its resize to be confirmed', { vmState: 'resized' }],
  ])('leaves an instance alone that %s', (_, where) => {
    const [one, two] = [addHost(database, 'one'), addHost(database, 'two')];
    give(addInstance('web', one, where), two);
    expect(audit()).toEqual([]);
    expect(heal()).toEqual([]);
  });

  it('leaves an instance alone of which a task is under way', () => {
    const id = addInstance('web', addHost(database, 'one'));
    database.write((tx) =>
      tx.run(
        q.insertInto('tasks').values({
          id: randomUUID(),
          kind: 'instance.start',
          lane: 'conductor',
          state: 'queued',
          subject: 'web',
          instance_id: id,
          image_id: null,
          host_id: null,
          request_id: 'req-1',
          input_json: '{}',
          cancellable: 1,
          error_json: null,
          created_at: new Date().toISOString(),
          started_at: null,
          finished_at: null,
          waits_for: null,
          expires_at: null,
          revision: 1,
        }),
      ),
    );
    expect(audit()).toEqual([]);
  });

  it('does not take a damaged row for a deleted instance', () => {
    const host = addHost(database, 'one');
    const id = addInstance('web', host);
    give(id, host);
    database.write((tx) =>
      tx.run(q.updateTable('instances').set({ flavor_json: '{}' }).where('id', '=', id)),
    );
    expect(heal()).toEqual([]);
    expect(allocationsOf(database, id)).toHaveLength(1);
  });

  it('believes the disk of an instance whose image is gone', () => {
    const host = addHost(database, 'one');
    give(addInstance('web', host, { disk: 0 }), host, { ...RESOURCES, DISK_GB: 7 });
    expect(audit()).toEqual([]);
  });

  it('cannot mend on a host that has not told its resources', () => {
    addInstance('web', addHost(database, 'one', null));
    expect(auditClaims(database)).toMatchObject([{ kind: 'missing', healable: false }]);
    expect(heal()).toHaveLength(1);
  });

  it('finds a foreign guest that is an instance by now', () => {
    const host = addHost(database, 'one');
    const id = addInstance('adopted', host);
    give(id, host);
    const guests = [{ uuid: id, name: 'adopted', vcpus: 1, ram: 512 }];
    database.write((tx) => putForeignClaims(tx, host, guests));
    expect(auditClaims(database)).toMatchObject([
      { kind: 'orphaned', consumerId: foreignConsumerId(host, id), consumerName: 'adopted', healable: true },
    ]);
    heal();
    expect(audit()).toEqual([]);
    expect(allocationsOf(database, id)).toHaveLength(1);
  });

  it('after healing finds only what is over capacity, whatever the claims were', () => {
    const hosts = [addHost(database, 'one'), addHost(database, 'two', { vcpus: 1, ram: 1500, disk: 9 })];
    const step = fc.record({
      on: fc.option(fc.nat(1)),
      deleted: fc.boolean(),
      holds: fc.array(fc.record({ host: fc.nat(1), vcpus: fc.nat(3), ram: fc.nat(2000) }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const ids = steps.map(({ on, deleted, holds }, n) => {
          const id = addInstance(`i${n}`, on === null ? null : hosts[on]!);
          const shares = [...new Map(holds.map((one) => [one.host, one])).values()].map(
            ({ host, vcpus, ram }) => ({
              providerId: hosts[host]!,
              resources: { VCPU: vcpus, MEMORY_MB: ram },
            }),
          );
          database.write((tx) =>
            claim(tx, { consumerId: id, consumerGeneration: null, shares, beyondCapacity: true }),
          );
          if (deleted) database.write((tx) => markDeleted(tx, id));
          return id;
        });
        heal();
        const left = auditClaims(database);
        expect(left.filter(({ kind }) => kind !== 'over_capacity')).toEqual([]);
        const living = steps.filter(({ on, deleted }) => on !== null && !deleted).length;
        const used = listProviders(database).reduce((sum, { usages }) => sum + (usages.get('VCPU') ?? 0), 0);
        expect(used).toBe(living);
        database.write((tx) => ids.forEach((id) => markDeleted(tx, id)));
        heal();
      }),
      { numRuns: 30 },
    );
  });
});
