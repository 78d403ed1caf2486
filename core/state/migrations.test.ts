import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN_PROJECT } from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { listActions } from './actions.ts';
import { listBackups } from './file/backup-files.ts';
import { type Database, openDatabase } from './database.ts';
import { listDecisions } from './decisions.ts';
import { getHost } from './hosts.ts';
import { getInstanceRecord, listInstances } from './instances.ts';
import { initial } from './migrations/0001-initial.ts';
import { listProjects, readUsage } from './projects.ts';
import { getTask } from './tasks.ts';
import { crashPoints } from './test-kit.ts';

const AT = '2026-01-31T12:00:00.000Z';
const ids = {
  host: randomUUID(),
  web: randomUUID(),
  db: randomUUID(),
  gone: randomUUID(),
  task: randomUUID(),
};

const flavor = {
  id: '1',
  name: 'm1.tiny',
  vcpus: 2,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};

/** As the first Micronova kept them. */
const decision = {
  selected: ids.host,
  alternates: [],
  hosts: [
    {
      hostId: ids.host,
      hostName: 'one',
      accepted: true,
      filter: null,
      reason: null,
      weight: 1,
      weighers: [{ name: 'RAM', raw: 512, normalized: 1, multiplier: 1 }],
    },
  ],
  counts: [{ filter: 'Compute', before: 1, after: 1 }],
};

let folder: string;
let file: string;
const opened: Database[] = [];

function open(name = file): Database {
  const database = openDatabase(name, { log: silentLog });
  opened.push(database);
  return database;
}

/** A database as the first Micronova left it: two instances, one that is history, a host, a task in mid-air. */
function writeFirst(): void {
  const sqlite = new DatabaseSync(file);
  sqlite.exec(`${initial.sql}; PRAGMA user_version = 1; UPDATE meta SET value = '41' WHERE key = 'revision'`);
  const insert = (table: string, row: Record<string, string | number | null>) => {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`;
    sqlite.prepare(sql).run(...Object.values(row));
  };
  insert('hosts', {
    id: ids.host,
    name: 'one',
    address_json: '{"kind":"local","uri":"qemu:///system"}',
    enabled: 1,
    connection: 'connected',
    virt_mode: 'automatic',
    pool: 'p',
    network: 'default',
    created_at: AT,
    revision: 7,
  });
  insert('resource_providers', { id: ids.host, name: 'one', generation: 3 });
  insert('inventories', {
    provider_id: ids.host,
    resource_class: 'VCPU',
    total: 8,
    reserved: 0,
    min_unit: 1,
    max_unit: 8,
    step_size: 1,
    allocation_ratio: 4,
  });
  for (const [id, name, deleted] of [
    [ids.web, 'web', null],
    [ids.db, 'db', null],
    [ids.gone, 'gone', AT],
  ] as const) {
    insert('instances', {
      id,
      name,
      hostname: name,
      domain_name: `micronova-${name}`,
      vm_state: deleted === null ? 'active' : 'deleted',
      power_state: 'RUNNING',
      flavor_json: JSON.stringify(flavor),
      user_data: 'aGk=',
      host_id: ids.host,
      mac: '52:54:00:00:00:01',
      addresses_json: '[]',
      metadata_json: '{"role":"x"}',
      decision_json: name === 'db' ? null : JSON.stringify(decision),
      created_at: AT,
      updated_at: AT,
      deleted_at: deleted,
      revision: 8,
    });
    for (const action of ['create', 'stop']) {
      insert('instance_actions', {
        instance_id: id,
        request_id: `req-${name}-${action}`,
        action,
        user: 'me',
        started_at: AT,
      });
    }
  }
  insert('consumers', { id: ids.web, generation: 1 });
  insert('allocations', { consumer_id: ids.web, provider_id: ids.host, resource_class: 'VCPU', used: 2 });
  insert('tasks', {
    id: ids.task,
    kind: 'instance.stop',
    lane: `host:${ids.host}`,
    state: 'running',
    subject: 'web',
    instance_id: ids.web,
    request_id: 'req-web-stop',
    input_json: JSON.stringify({ instanceId: ids.web }),
    cancellable: 0,
    generation: 2,
    created_at: AT,
    revision: 9,
  });
  insert('task_steps', { task_id: ids.task, seq: 0, name: 'stop', state: 'running', started_at: AT });
  sqlite.close();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'micronova-migrate-'));
  file = join(folder, 'micronova.db');
  writeFirst();
});

afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  rmSync(folder, { recursive: true, force: true });
});

function expectAllThere(database: Database): void {
  const [admin, ...others] = listProjects(database);
  expect(others).toEqual([]);
  expect(admin).toMatchObject({ id: ADMIN_PROJECT, name: 'admin', enabled: true });
  expect(listInstances(database).map(({ name }) => name)).toEqual(['db', 'web']);
  expect(readUsage(database, ADMIN_PROJECT)).toMatchObject({ instances: 2, cores: 4, ram: 1024 });
  expect(getInstanceRecord(database, ids.web)).toMatchObject({
    instance: {
      name: 'web',
      projectName: 'admin',
      hostName: 'one',
      metadata: { role: 'x' },
      origin: 'launched',
      tags: [],
      hints: {},
      lock: null,
      takenOver: null,
      revision: 8,
    },
    userData: 'aGk=',
    controlGeneration: 1,
    hostChecks: true,
    rescue: null,
  });
  expect(getHost(database, ids.host)).toMatchObject({ name: 'one', vcpus: { total: 8, used: 2, ratio: 4 } });
  expect(getTask(database, ids.task)).toMatchObject({ state: 'running', steps: [{ name: 'stop' }] });
  expect(database.write((tx) => tx.nextRevision())).toBe(42);
}

it('brings everything of the first schema into the second', () => {
  const database = open();
  expectAllThere(database);
  const kept = { at: AT, action: 'create', decision: { ...decision, omitted: 0, notes: [] } };
  expect(listDecisions(database, ids.web)).toEqual([{ ...kept, requestId: 'req-web-create' }]);
  // Of what is deleted, too: its record is kept as long as its row.
  expect(listDecisions(database, ids.gone)).toEqual([{ ...kept, requestId: 'req-gone-create' }]);
  expect(
    listActions(database, ids.web)
      .map(({ action }) => action)
      .toSorted(),
  ).toEqual(['create', 'stop']);
  expect(listDecisions(database, ids.db)).toEqual([]);
});

it('keeps the first as a backup, as it was', () => {
  open();
  const [backup, ...others] = listBackups(file);
  expect(others).toEqual([]);
  expect(backup?.reason).toBe('migration');
  const copy = new DatabaseSync(backup?.file ?? '', { readOnly: true });
  expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  expect(copy.prepare('SELECT count(*) AS n FROM instances WHERE decision_json IS NOT NULL').get()).toEqual({
    n: 2,
  });
  copy.close();
});

it('may be killed anywhere and begins again', () => {
  const points = crashPoints(folder, `${folder}-points`, () => open());
  opened.pop()?.close();
  expect(points.length).toBeGreaterThan(15);
  for (const point of points) {
    const database = open(join(point, 'micronova.db'));
    expectAllThere(database);
    database.close();
    opened.pop();
  }
  rmSync(`${folder}-points`, { recursive: true });
});
