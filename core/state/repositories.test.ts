import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ContractEvent, ContractEvent as Event } from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import { finishAction, finishActionEvent, listActions, startAction, startActionEvent } from './actions.ts';
import { type Database, openDatabase, type Tx } from './database.ts';
import { deleteFlavor, findFlavors, insertFlavor, listFlavors, updateFlavor } from './flavors.ts';
import { deleteHost, getHost, insertHost, listHostRecords, listHosts, updateHost } from './hosts.ts';
import {
  deleteImageCopy,
  getImage,
  insertImage,
  insertImageCopy,
  listImages,
  updateImage,
} from './images.ts';
import { markDeleted, transition } from './instance-changes.ts';
import {
  findInstances,
  getInstance,
  getInstanceRecord,
  insertInstance,
  listInstances,
  listInstancesOn,
} from './instances.ts';
import { deleteKeypair, findKeypairs, insertKeypair, listKeypairs } from './keypairs.ts';
import { pruneHistory } from './prune.ts';
import { q } from './query.ts';
import { getDecision, putDecision } from './decisions.ts';
import { getSettings, setSettings } from './settings.ts';
import { getTaskRecord, listTasks, putTaskStep, updateTask } from './tasks.ts';

let database: Database;
let events: ContractEvent[];

const flavorValues = {
  id: 'f1',
  name: 'm1.tiny',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: { 'hw:cpu_policy': 'shared' },
  createdAt: timestamp(),
};

function addHost(name = 'one') {
  return database.write((tx) =>
    insertHost(tx, {
      id: randomUUID(),
      name,
      address: { kind: 'local', uri: 'qemu:///system' },
      pool: 'micronova',
      network: 'default',
      virtMode: 'automatic',
      createdAt: timestamp(),
    }),
  );
}

function addImage() {
  return database.write((tx) =>
    insertImage(tx, {
      id: randomUUID(),
      name: 'tiny',
      status: 'queued',
      diskFormat: 'qcow2',
      size: 1,
      virtualSize: 2,
      sha256: null,
      minDisk: 0,
      minRam: 0,
      properties: {},
      createdAt: timestamp(),
    }),
  );
}

function addInstance(name = 'web') {
  const id = randomUUID();
  const { createdAt: _, ...flavor } = flavorValues;
  return database.write((tx) =>
    insertInstance(tx, {
      id,
      name,
      hostname: name,
      domainName: `micronova-${id.slice(0, 8)}`,
      flavor,
      imageId: null,
      imageName: null,
      keyName: 'me',
      publicKey: 'ssh-ed25519 AAAA',
      userData: 'aGk=',
      metadata: { a: '1' },
      mac: '52:54:00:00:00:01',
      requestedHostId: null,
    }),
  );
}

function insertTask(tx: Tx, state: string, at: Date, id: string = randomUUID()) {
  tx.run(
    q.insertInto('tasks').values({
      id,
      kind: 'instance.create',
      lane: 'conductor',
      state,
      subject: 'web',
      instance_id: null,
      image_id: null,
      host_id: null,
      request_id: 'req-1',
      input_json: '{}',
      cancellable: 1,
      error_json: null,
      created_at: timestamp(at),
      started_at: null,
      finished_at: state === 'queued' ? null : timestamp(at),
      revision: 0,
    }),
  );
}

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  events = [];
  database.subscribe((event) => events.push(Event.parse(event)));
});

describe('flavors and key pairs', () => {
  it('come back as they went in, by id and by name, and each change is told with a higher revision', () => {
    const flavor = database.write((tx) => insertFlavor(tx, flavorValues));
    expect(findFlavors(database, 'f1')).toEqual([flavor]);
    expect(findFlavors(database, 'm1.tiny')).toEqual([flavor]);
    const changed = database.write((tx) => updateFlavor(tx, flavor, { description: 'small' }));
    expect(changed.revision).toBeGreaterThan(flavor.revision);
    expect(listFlavors(database)).toEqual([changed]);
    database.write((tx) => deleteFlavor(tx, 'f1'));
    database.write((tx) => deleteFlavor(tx, 'f1'));
    expect(events.map((event) => event.type)).toEqual(['flavor.changed', 'flavor.changed', 'deleted']);
  });

  it('keep only the public half', () => {
    const values = { id: randomUUID(), name: 'me', type: 'ssh' as const, createdAt: timestamp() };
    const key = database.write((tx) =>
      insertKeypair(tx, {
        ...values,
        fingerprint: 'SHA256:x',
        fingerprintMd5: '00',
        publicKey: 'ssh-ed25519 A',
      }),
    );
    expect(findKeypairs(database, 'me')).toEqual([key]);
    expect(listKeypairs(database)).toEqual([key]);
    database.write((tx) => deleteKeypair(tx, key.id));
    expect(listKeypairs(database)).toEqual([]);
  });
});

describe('hosts and images', () => {
  it('show what placement has given away', () => {
    const { id } = addHost();
    const provider = { id, name: 'one' };
    const stock = { total: 4, reserved: 1, min_unit: 1, max_unit: 4, step_size: 1, allocation_ratio: 2 };
    const host = database.write((tx) => {
      tx.run(q.insertInto('resource_providers').values(provider));
      tx.run(q.insertInto('inventories').values({ provider_id: id, resource_class: 'VCPU', ...stock }));
      for (const consumer of ['a', 'b']) {
        tx.run(q.insertInto('consumers').values({ id: consumer }));
        const values = { consumer_id: consumer, provider_id: id, resource_class: 'VCPU', used: 2 };
        tx.run(q.insertInto('allocations').values(values));
      }
      return updateHost(tx, id, {});
    });
    expect(host?.vcpus).toEqual({ total: 4, used: 4, reserved: 1, ratio: 2 });
    expect(host?.ram).toEqual({ total: 0, used: 0, reserved: 512, ratio: 1 });
    expect(listHosts(database)).toEqual([host]);
    expect(getHost(database, id)).toEqual(host);
  });

  it('change one field at a time', () => {
    const { id } = addHost();
    const error = { code: 'transport.refused' as const, message: 'refused' };
    database.write((tx) => updateHost(tx, id, { connection: 'attention', connectionError: error }));
    const host = database.write((tx) => updateHost(tx, id, { enabled: false, connectionError: null }));
    expect(host).toMatchObject({
      connection: 'attention',
      connectionError: null,
      enabled: false,
      name: 'one',
    });
    expect(listHostRecords(database)).toMatchObject([{ facts: null, buildFailures: 0 }]);
    database.write((tx) => deleteHost(tx, id));
    expect(database.write((tx) => updateHost(tx, id, {}))).toBeUndefined();
  });

  it('know which hosts hold a copy of an image', () => {
    const host = addHost();
    const image = addImage();
    database.write((tx) => insertImageCopy(tx, image.id, host.id));
    expect(listImages(database)[0]?.cachedOn).toEqual([host.id]);
    database.write((tx) => updateImage(tx, image.id, { status: 'active', sha256: 'ab' }));
    database.write((tx) => deleteImageCopy(tx, image.id, host.id));
    expect(getImage(database, image.id)).toMatchObject({ cachedOn: [], status: 'active', sha256: 'ab' });
  });
});

describe('instances', () => {
  it('move only from the state that was expected', () => {
    const { id } = addInstance();
    const expectScheduling = { vmState: 'building', taskState: 'scheduling' } as const;
    const moved = database.write((tx) =>
      transition(tx, id, { expect: expectScheduling, set: { vmState: 'active', taskState: null } }),
    );
    expect(moved).toMatchObject({ vmState: 'active', taskState: null, status: 'ACTIVE' });
    events.length = 0;
    const again = database.write((tx) =>
      transition(tx, id, { expect: expectScheduling, set: { vmState: 'error' } }),
    );
    expect(again).toBeNull();
    expect(events).toEqual([]);
    expect(getInstance(database, id)).toEqual(moved);
    const either = { taskState: [null, 'deleting'] } as const;
    expect(database.write((tx) => transition(tx, id, { expect: either, set: { name: 'new' } }))?.name).toBe(
      'new',
    );
  });

  it('keep their build data until they are deleted, and then only the record of what was done', () => {
    const host = addHost();
    const { id } = addInstance();
    const decision = { selected: null, alternates: [], hosts: [], omitted: 0, counts: [], notes: [] };
    database.write((tx) => {
      putDecision(tx, { instanceId: id, requestId: 'req-1' }, 'create', decision);
      transition(tx, id, { set: { hostId: host.id } });
    });
    expect(getInstanceRecord(database, id)).toMatchObject({
      publicKey: 'ssh-ed25519 AAAA',
      userData: 'aGk=',
    });
    expect(getDecision(database, id)).toEqual(decision);
    expect(getHost(database, host.id)?.guests).toBe(1);
    expect(listInstancesOn(database, host.id)).toHaveLength(1);
    const key = { instanceId: id, requestId: 'req-1' };
    database.write((tx) => {
      startAction(tx, key, 'create', 'me');
      const event = startActionEvent(tx, key, 'spawn', 'one');
      finishActionEvent(tx, key, event, 'error', 'no room');
      finishAction(tx, key, 'error', 'gave up');
      markDeleted(tx, id);
    });
    expect(listInstances(database)).toEqual([]);
    expect(findInstances(database, 'web')).toEqual([]);
    expect(getHost(database, host.id)?.guests).toBe(0);
    expect(database.first(q.selectFrom('instances').select(['user_data', 'public_key']))).toEqual({
      user_data: null,
      public_key: null,
    });
    expect(listActions(database, id)).toMatchObject([
      { action: 'create', result: 'error', events: [{ name: 'spawn', result: 'error', detail: 'no room' }] },
    ]);
  });

  it('may share a name; a damaged one is named and hides no other', () => {
    const good = addInstance();
    const bad = addInstance();
    expect(findInstances(database, 'web')).toHaveLength(2);
    database.write((tx) =>
      tx.run(q.updateTable('instances').set({ addresses_json: '{not json' }).where('id', '=', bad.id)),
    );
    expect(listInstances(database).map((instance) => instance.id)).toEqual([good.id]);
    expect(() => getInstance(database, bad.id)).toThrow(
      expect.objectContaining({ code: 'state.corrupt', message: expect.stringContaining(bad.id) }),
    );
  });
});

describe('history', () => {
  it('is forgotten when it is old, and nothing that is alive', () => {
    const alive = addInstance('alive');
    const gone = addInstance('gone');
    const recent = addInstance('recent');
    const start = Date.now();
    database.write((tx) => {
      markDeleted(tx, gone.id);
      markDeleted(tx, recent.id);
      tx.run(
        q.updateTable('instances').set({ deleted_at: '2020-01-01T00:00:00.000Z' }).where('id', '=', gone.id),
      );
      for (let i = 0; i < 2003; i++) insertTask(tx, i === 0 ? 'queued' : 'done', new Date(start + i));
      pruneHistory(tx);
    });
    const rows = database.all(q.selectFrom('instances').select('id')).map(({ id }) => id);
    expect(rows.toSorted()).toEqual([alive.id, recent.id].toSorted());
    const tasks = database.all(q.selectFrom('tasks').select(['state', 'finished_at']).orderBy('finished_at'));
    expect(tasks).toHaveLength(2001);
    expect(tasks[0]?.state).toBe('queued');
    expect(tasks[1]?.finished_at).toBe(timestamp(new Date(start + 3)));
  });
});

describe('tasks and settings', () => {
  it('are fenced by their generation and keep their steps', () => {
    const id = randomUUID();
    const now = timestamp();
    database.write((tx) => insertTask(tx, 'queued', new Date(), id));
    const step = {
      name: 'schedule',
      state: 'running' as const,
      startedAt: now,
      finishedAt: null,
      error: null,
    };
    const running = database.write((tx) => {
      putTaskStep(tx, id, 0, step);
      putTaskStep(tx, id, 0, { ...step, state: 'done', finishedAt: now });
      return updateTask(tx, id, {
        expect: { state: 'queued' },
        set: { state: 'running', generation: 1, memo: [1] },
      });
    });
    expect(running).toMatchObject({ state: 'running', steps: [{ name: 'schedule', state: 'done' }] });
    const stale = database.write((tx) =>
      updateTask(tx, id, { expect: { generation: 0 }, set: { state: 'done' } }),
    );
    expect(stale).toBeNull();
    expect(getTaskRecord(database, id)).toMatchObject({ generation: 1, memo: [1], cancelRequested: false });
    expect(listTasks(database)).toEqual([running]);
  });

  it('have defaults, and survive damage', () => {
    expect(database.write((tx) => setSettings(tx, { theme: 'dark' }))).toMatchObject({ theme: 'dark' });
    expect(getSettings(database)).toMatchObject({ theme: 'dark', language: 'system', linkTimeout: 10_000 });
    database.write((tx) => tx.run(q.updateTable('settings').set({ value_json: '{' })));
    expect(getSettings(database).theme).toBe('system');
  });
});
