import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExpected } from '../domain/errors.ts';
import { timestamp } from '../domain/time.ts';
import { claim, consumerGeneration, release } from '../placement/allocations.ts';
import { putForeignClaims } from '../placement/foreign-claims.ts';
import { refreshInventory, setInventory } from '../placement/inventories.ts';
import { setCustomTraits } from '../placement/traits.ts';
import { deleteAggregate, insertAggregate, listAggregates, updateAggregate } from '../state/aggregates.ts';
import type { Reader, Tx } from '../state/database.ts';
import { deleteHost, insertHost, listHostIds, updateHost } from '../state/hosts.ts';
import { deleteImage, insertImage, insertImageCopy, listImageIds, updateImage } from '../state/images.ts';
import { markDeleted, transition } from '../state/instance-changes.ts';
import { insertInstance } from '../state/instances.ts';
import { q } from '../state/query.ts';
import { listResidents } from '../state/residents.ts';
import { deleteServerGroup, insertServerGroup, listServerGroups } from '../state/server-groups.ts';
import { readAllHostStates, readSurroundings } from './host-state-build.ts';
import type { HostState } from './host-state.ts';
import { readHostStates } from './host-states.ts';
import { FLAVOR, SchedulerKit } from './test-kit.ts';

/** Everything read from the tables, nothing remembered. */
function afresh(reader: Reader): HostState[] {
  const residents = Map.groupBy(listResidents(reader), ({ hostId }) => hostId);
  return readAllHostStates(reader, residents, readSurroundings(reader));
}

function instanceIds(reader: Reader): string[] {
  return reader
    .all(q.selectFrom('instances').select('id').where('deleted_at', 'is', null))
    .map((row) => row.id);
}

/** One change, told by three numbers; what it needs and is not there makes it none. */
type Change = (tx: Tx, a: number, b: number, c: number) => void;

const at = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];
const host = (tx: Tx, n: number) => at(listHostIds(tx), n);
const instance = (tx: Tx, n: number) => at(instanceIds(tx), n);

function addHost(tx: Tx, name: string): void {
  const id = randomUUID();
  const address = { kind: 'local', uri: 'qemu:///system' } as const;
  insertHost(tx, {
    id,
    name,
    address,
    pool: 'p',
    network: 'n',
    virtMode: 'automatic',
    createdAt: timestamp(),
  });
  refreshInventory(tx, id, name, { vcpus: 4, ram: 4096, disk: 100 });
}

const freshName = (n: number) => `${'zab'[n % 3] ?? ''}${randomUUID()}`;

const CHANGES: Readonly<Record<string, Change>> = {
  addHost: (tx, a) => addHost(tx, freshName(a)),
  removeHost: (tx, a) => {
    const id = host(tx, a);
    if (id !== undefined) deleteHost(tx, id);
  },
  replaceHost: (tx, a, b) => {
    const id = host(tx, a);
    if (id === undefined) return;
    deleteHost(tx, id);
    addHost(tx, freshName(b));
  },
  renameHost: (tx, a, b) => void updateHost(tx, host(tx, a) ?? '', { name: freshName(b) }),
  connectHost: (tx, a, b) =>
    void updateHost(tx, host(tx, a) ?? '', {
      connection: b % 2 ? 'connected' : 'disconnected',
      buildFailures: b % 3,
    }),
  damageHost: (tx, a) => {
    const id = host(tx, a);
    if (id === undefined) return;
    tx.run(
      q.updateTable('hosts').set({ address_json: '{', revision: tx.nextRevision() }).where('id', '=', id),
    );
  },
  setInventory: (tx, a, b) => {
    const id = host(tx, a);
    if (id !== undefined) setInventory(tx, id, 'renamed', 'VCPU', { allocationRatio: (b % 5) + 1 });
  },
  setTraits: (tx, a, b) => {
    const id = host(tx, a);
    if (id !== undefined) setCustomTraits(tx, id, 'named', [`CUSTOM_${b % 3}`]);
  },
  foreign: (tx, a, b) => {
    const guests = Array.from({ length: b % 3 }, (_, n) => ({
      uuid: `g${n}`,
      name: 'g',
      vcpus: 1,
      ram: b + 1,
    }));
    putForeignClaims(tx, host(tx, a) ?? '', guests);
  },
  addInstance: (tx, a, b, c) => {
    const id = randomUUID();
    insertInstance(tx, {
      id,
      name: `i${a}`,
      hostname: 'i',
      domainName: id,
      flavor: FLAVOR,
      imageId: at(listImageIds(tx), b) ?? null,
      imageName: null,
      keyName: null,
      publicKey: null,
      userData: null,
      metadata: {},
      mac: id,
      requestedHostId: null,
      groupId: at(listServerGroups(tx), c)?.id ?? null,
    });
    transition(tx, id, { set: { hostId: host(tx, a) ?? null } });
  },
  moveInstance: (tx, a, b) =>
    void transition(tx, instance(tx, a) ?? '', {
      set: { hostId: b % 4 === 0 ? null : (host(tx, b) ?? null) },
    }),
  changeInstance: (tx, a, b) =>
    void transition(tx, instance(tx, a) ?? '', {
      set: {
        name: `n${b}`,
        vmState: b % 2 ? 'active' : 'building',
        taskState: b % 3 ? null : 'rebuilding',
        imageId: at(listImageIds(tx), b) ?? null,
      },
    }),
  deleteInstance: (tx, a) => markDeleted(tx, instance(tx, a) ?? ''),
  claim: (tx, a, b, c) => {
    const [consumerId, providerId] = [instance(tx, a), host(tx, b)];
    if (consumerId === undefined || providerId === undefined) return;
    const shares = [{ providerId, resources: { VCPU: (c % 3) + 1, MEMORY_MB: 512 } }];
    const generation = consumerGeneration(tx, consumerId);
    claim(tx, { consumerId, consumerGeneration: generation, shares, beyondCapacity: true });
  },
  release: (tx, a) => release(tx, instance(tx, a) ?? ''),
  addAggregate: (tx, a, b) => {
    const values = { id: randomUUID(), name: freshName(a), createdAt: timestamp() };
    const aggregate = insertAggregate(tx, { ...values, availabilityZone: null, metadata: { k: `${b}` } });
    updateAggregate(tx, aggregate, { hostIds: listHostIds(tx).filter((_, n) => n % 2 === b % 2) });
  },
  changeAggregate: (tx, a, b) => {
    const aggregate = at(listAggregates(tx), a);
    if (aggregate === undefined) return;
    updateAggregate(tx, aggregate, b % 2 ? { name: freshName(b) } : { metadata: { k: `${b}` } });
  },
  deleteAggregate: (tx, a) => {
    const aggregate = at(listAggregates(tx), a);
    if (aggregate !== undefined) deleteAggregate(tx, aggregate);
  },
  addImage: (tx, a) => {
    const values = {
      name: 'i',
      status: 'active',
      diskFormat: 'raw',
      sha256: null,
      size: 1,
      virtualSize: 1,
    } as const;
    const properties = { os_distro: `d${a % 3}` };
    insertImage(tx, {
      id: randomUUID(),
      ...values,
      minDisk: 0,
      minRam: 0,
      properties,
      createdAt: timestamp(),
    });
  },
  changeImage: (tx, a, b) =>
    void updateImage(tx, at(listImageIds(tx), a) ?? '', { properties: { os_distro: `d${b % 3}` } }),
  copyImage: (tx, a, b) => {
    const [imageId, hostId] = [at(listImageIds(tx), a), host(tx, b)];
    if (imageId !== undefined && hostId !== undefined) insertImageCopy(tx, imageId, hostId);
  },
  deleteImage: (tx, a) => {
    const id = at(listImageIds(tx), a);
    if (id !== undefined) deleteImage(tx, id);
  },
  addGroup: (tx, a) => {
    const values = { id: randomUUID(), name: `g${a}`, policy: 'affinity', maxServerPerHost: 1 } as const;
    const [project] = tx.all(q.selectFrom('projects').select('id'));
    insertServerGroup(tx, { ...values, projectId: project?.id ?? '', createdAt: timestamp() });
  },
  deleteGroup: (tx, a) => {
    const group = at(listServerGroups(tx), a);
    if (group !== undefined) deleteServerGroup(tx, group.id);
  },
  nothing: () => undefined,
};

class Undone extends Error {}

const change = fc.record({
  what: fc.constantFrom(...Object.keys(CHANGES)),
  numbers: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)),
});
const transaction = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  commits: fc.boolean(),
  looks: fc.boolean(),
});

function check(reader: Reader): void {
  expect(readHostStates(reader)).toEqual(afresh(reader));
}

describe('the remembered states of hosts', () => {
  it('are those in the tables after any history, with rollbacks and in open transactions', () => {
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 12 }), (transactions) => {
        using kit = new SchedulerKit();
        const { database } = kit;
        database.write((tx) => {
          for (const name of ['m1', 'm2', 'm3']) addHost(tx, name);
          for (const n of [1, 2]) CHANGES['addImage']?.(tx, n, 0, 0);
          CHANGES['addGroup']?.(tx, 1, 0, 0);
          for (const n of [1, 2, 3]) CHANGES['addInstance']?.(tx, n, n, n);
        });
        check(database);
        for (const { changes, commits, looks } of transactions) {
          try {
            database.write((tx) => {
              for (const { what, numbers } of changes) {
                CHANGES[what]?.(tx, ...numbers);
                if (looks) check(tx);
              }
              if (!commits) throw new Undone();
            });
          } catch (error) {
            // A damaged host refuses changes: one more way to a rollback.
            if (!(error instanceof Undone) && !isExpected(error, 'state.corrupt')) throw error;
          }
          check(database);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('stay as they were for whoever was given them', () => {
    using kit = new SchedulerKit();
    const id = kit.addHost('one');
    const before = readHostStates(kit.database);
    const copy = structuredClone(before);
    kit.launch();
    kit.database.write((tx) => updateHost(tx, id, { enabled: false }));
    expect(readHostStates(kit.database)).not.toEqual(copy);
    expect(before).toEqual(copy);
  });

  it('are the same objects while nothing changes, and only a changed host is a new one', () => {
    using kit = new SchedulerKit();
    const [, two] = [kit.addHost('one'), kit.addHost('two')];
    const before = readHostStates(kit.database);
    expect(readHostStates(kit.database)).toBe(before);
    kit.database.write((tx) => updateHost(tx, two, { enabled: false }));
    const after = readHostStates(kit.database);
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
  });
});
