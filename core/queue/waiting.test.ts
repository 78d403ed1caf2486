import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Task } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { insertHost, updateHost } from '../state/hosts.ts';
import { getTask, updateTask } from '../state/tasks.ts';
import { enqueue } from './enqueue.ts';
import { hostLane } from './kinds.ts';
import { ManualClock } from './manual-clock.ts';
import type { Operation } from './operation.ts';
import { TaskRunner } from './task-runner.ts';
import { everyKind } from './test-kit.ts';

const DAY = 86_400_000;
let database: Database;
let runner: TaskRunner;
let clock: ManualClock;
let hostId: string;
let refusal: ExpectedError | null;
const connected = new Set<string>();
const begun: string[] = [];

const operation: Operation = {
  steps: [{ name: 'a', do: ({ task: { id } }) => void begun.push(id) }],
};

function start(): TaskRunner {
  runner = new TaskRunner({
    database,
    operations: everyKind(operation),
    clock,
    log: silentLog,
    isConnected: (id) => connected.has(id),
    oversight: { admit: () => refusal, damaged: () => undefined },
  });
  runner.start();
  return runner;
}

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  clock = new ManualClock();
  hostId = randomUUID();
  refusal = null;
  connected.clear();
  begun.length = 0;
  database.write((tx) =>
    insertHost(tx, {
      id: hostId,
      name: 'one',
      address: { kind: 'local', uri: 'qemu:///system' },
      pool: 'default',
      network: 'default',
      virtMode: 'automatic',
      createdAt: '2026-01-01T00:00:00.000Z',
    }),
  );
  start();
});
afterEach(async () => {
  await runner.stop();
  database.close();
});

function waiting(instanceId = randomUUID()): string {
  return database.write((tx) =>
    enqueue(tx, {
      kind: 'instance.stop',
      input: { instanceId },
      subject: 'web',
      instanceId,
      hostId,
      requestId: 'req-1',
      cancellable: true,
      lane: hostLane(hostId),
      action: 'stop',
      waitsFor: 'host',
    }),
  );
}

function comeBack(): void {
  connected.add(hostId);
  database.write((tx) => updateHost(tx, hostId, { connection: 'connected' }));
}

const task = (id: string): Task => getTask(database, id)!;
const expireIn = (id: string, milliseconds: number) =>
  database.write((tx) =>
    updateTask(tx, id, { set: { expiresAt: new Date(clock.now() + milliseconds).toISOString() } }),
  );

describe('a task that waits for its host', () => {
  it('is queued and says so, and begins as soon as the host is there', async () => {
    const id = waiting();
    await runner.idle();
    expect(task(id)).toMatchObject({ state: 'queued', waitsFor: 'host', cancellable: true });
    comeBack();
    await vi.waitFor(() => expect(task(id)).toMatchObject({ state: 'done', waitsFor: null }));
  });

  it('goes in the order in which it was asked for, or was put', async () => {
    const instanceId = randomUUID();
    const [one, two, three] = [waiting(instanceId), waiting(instanceId), waiting(instanceId)];
    database.write((tx) => updateTask(tx, three, { set: { position: -1 } }));
    comeBack();
    await runner.idle();
    expect(begun).toEqual([three, one, two]);
  });

  it('waits on in the next process', async () => {
    const id = waiting();
    await runner.stop();
    start();
    await runner.idle();
    expect(task(id)).toMatchObject({ state: 'queued', waitsFor: 'host' });
    comeBack();
    await runner.idle();
    expect(task(id).state).toBe('done');
  });

  it('is not begun when it makes no sense any more, and says what changed', async () => {
    const id = waiting();
    refusal = new ExpectedError('instance.invalid_state', 'it is stopped already');
    comeBack();
    await vi.waitFor(() =>
      expect(task(id)).toMatchObject({
        state: 'failed',
        steps: [],
        error: { message: 'it is stopped already' },
      }),
    );
    expect(begun).toEqual([]);
  });

  it('is cancelled at once, without a turn', () => {
    const id = waiting();
    database.write((tx) => runner.cancel(tx, id));
    expect(task(id)).toMatchObject({
      state: 'cancelled',
      steps: [],
      startedAt: null,
      error: { code: 'cancelled' },
    });
  });

  it('leaves those behind it their turn when it is cancelled', async () => {
    const instanceId = randomUUID();
    const [first, second] = [waiting(instanceId), waiting(instanceId)];
    refusal = null;
    database.write((tx) => runner.cancel(tx, first));
    comeBack();
    await runner.idle();
    expect(begun).toEqual([second]);
  });

  it('is given up when its time is over, and not before', async () => {
    const id = waiting();
    expireIn(id, 10 * DAY);
    await runner.idle();
    for (let day = 0; day < 9; day += 1) clock.pass(DAY);
    await runner.idle();
    expect(task(id).state).toBe('queued');
    clock.pass(DAY);
    await vi.waitFor(() =>
      expect(task(id)).toMatchObject({ state: 'failed', error: { code: 'task.expired' }, waitsFor: null }),
    );
    comeBack();
    await runner.idle();
    expect(begun).toEqual([]);
  });

  it('is neither given up nor kept by a clock that leaps', async () => {
    const [id, other] = [waiting(), waiting()];
    expireIn(id, DAY);
    expireIn(other, DAY);
    await runner.idle();
    clock.leap(10 * 365 * DAY);
    clock.pass(3_600_000);
    await runner.idle();
    expect([task(id).state, task(other).state]).toEqual(['queued', 'queued']);
    clock.leap(-20 * 365 * DAY);
    for (let hour = 0; hour < 24; hour += 1) clock.pass(3_600_000);
    await vi.waitFor(() => expect([task(id).state, task(other).state]).toEqual(['failed', 'failed']));
  });

  it('rests where its end cannot be written, and is given up once it can', async () => {
    const id = waiting();
    expireIn(id, DAY);
    await runner.idle();
    const full = vi.spyOn(database, 'write').mockImplementation(() => {
      throw new ExpectedError('state.disk_full', 'The disk is full');
    });
    for (let hour = 0; hour < 24; hour += 1) clock.pass(3_600_000);
    await runner.idle();
    expect(full).toHaveBeenCalled();
    const read = vi.spyOn(database, 'all');
    for (let moment = 0; moment < 10; moment += 1) {
      clock.pass(1);
      await runner.idle();
    }
    expect(read).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    clock.pass(5_000);
    await runner.idle();
    expect(task(id)).toMatchObject({ state: 'failed', error: { code: 'task.expired' } });
  });

  it('waits as long as it takes once its time is taken away', async () => {
    const id = waiting();
    expireIn(id, DAY);
    await runner.idle();
    database.write((tx) => updateTask(tx, id, { set: { expiresAt: null } }));
    await runner.idle();
    clock.pass(2 * DAY);
    await runner.idle();
    expect(task(id).state).toBe('queued');
  });
});
