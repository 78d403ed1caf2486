import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Task } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase, type Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { getTask, getTaskRecord, updateTask } from '../state/tasks.ts';
import { enqueue } from './enqueue.ts';
import { hostLane } from './kinds.ts';
import { ManualClock } from './manual-clock.ts';
import type { Operation } from './operation.ts';
import { TaskRunner } from './task-runner.ts';
import { everyKind } from './test-kit.ts';

let database: Database;
let runner: TaskRunner;
let clock: ManualClock;
const damaged: string[] = [];

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  clock = new ManualClock();
  damaged.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await runner.stop();
  database.close();
});

function add({ kind = 'instance.stop' }: { kind?: 'instance.stop' | 'instance.create' } = {}): string {
  const instanceId = randomUUID();
  const rest = { subject: 'web', instanceId, requestId: 'req-1', cancellable: true, lane: hostLane('h') };
  return database.write((tx) => enqueue(tx, { kind, input: { instanceId }, ...rest }));
}

function start(operation: Operation): TaskRunner {
  runner = new TaskRunner({
    database,
    operations: everyKind(operation),
    clock,
    log: silentLog,
    isConnected: () => true,
    oversight: { admit: () => null, damaged: (_tx, task) => void damaged.push(task.id) },
  });
  runner.start();
  return runner;
}

/** Writes past the repositories, as a bad disk does. */
function spoil(id: string, columns: Record<string, string | null>): void {
  database.write((tx) => tx.run(q.updateTable('tasks').set(columns).where('id', '=', id)));
}

const task = (id: string): Task => getTask(database, id)!;
const works: Operation = { steps: [{ name: 'a', do: () => undefined }] };

describe('what cannot be read', () => {
  it.each([
    ['a memo that is no JSON', { memo_json: '{"direction":' }],
    ['a memo of another shape', { memo_json: '{"direction":"sideways"}' }],
    ['an input that is no JSON', { input_json: 'oops' }],
    ['a kind that there is not', { kind: 'instance.teleport' }],
    ['a lane that there is not', { lane: 'nowhere' }],
  ])('%s fails alone, and the others go on', async (_what, columns) => {
    const [bad, good] = [add(), add()];
    spoil(bad, columns);
    await start(works).idle();
    await vi.waitFor(() =>
      expect(task(bad)).toMatchObject({ state: 'failed', error: { code: 'state.corrupt' } }),
    );
    expect(task(good).state).toBe('done');
    expect(damaged).toEqual([bad]);
  });

  it('a row that the contract does not know fails, too', async () => {
    const [bad, good] = [add(), add()];
    spoil(bad, { created_at: 'yesterday' });
    await start(works).idle();
    expect(task(good).state).toBe('done');
    const row = database.first(q.selectFrom('tasks').select('state').where('id', '=', bad));
    expect(row?.state).toBe('failed');
  });

  it('an operation that cannot read what it works on fails, instead of trying for ever', async () => {
    const id = add();
    const gone = new ExpectedError('state.corrupt', 'The row of the instance is damaged.');
    await start({
      ...works,
      ended: () => {
        throw gone;
      },
    }).idle();
    expect(task(id)).toMatchObject({ state: 'failed', error: { code: 'state.corrupt' } });
  });
});

/** The next writes of the queue meet a full disk. */
function fillDisk(times: number): void {
  const write = database.writeSoon.bind(database);
  let left = times;
  vi.spyOn(database, 'writeSoon').mockImplementation((work: (tx: Tx) => unknown) => {
    if (left-- > 0) return Promise.reject(new ExpectedError('state.disk_full', 'The disk is full'));
    return write(work) as Promise<never>;
  });
}

describe('a full disk', () => {
  it('before a task begins lets it begin later', async () => {
    const id = add();
    fillDisk(1);
    await start(works).idle();
    expect(task(id).state).toBe('queued');
    clock.pass(5_000);
    await runner.idle();
    expect(task(id).state).toBe('done');
  });

  it('at the end of a step breaks off, without undoing anything: the step is asked again', async () => {
    const id = add();
    const did: string[] = [];
    const undone: string[] = [];
    const note = (name: string, full: boolean) => ({
      name,
      do: () => {
        did.push(name);
        if (full && did.length === 1) fillDisk(1);
        return undefined;
      },
      undo: () => void undone.push(name),
    });
    await start({ steps: [note('a', true), note('b', false)] }).idle();
    expect(task(id).state).toBe('running');
    clock.pass(5_000);
    await runner.idle();
    expect(task(id)).toMatchObject({ state: 'done', error: null });
    expect({ did, undone }).toEqual({ did: ['a', 'a', 'b'], undone: [] });
  });

  it('does not keep the places in a lane', async () => {
    const ids = Array.from({ length: 10 }, () => add({ kind: 'instance.create' }));
    fillDisk(10);
    await start(works).idle();
    expect(ids.map((id) => task(id).state)).toEqual(ids.map(() => 'queued'));
    clock.pass(5_000);
    await runner.idle();
    expect(ids.map((id) => task(id).state)).toEqual(ids.map(() => 'done'));
  });
});

describe('after a restart', () => {
  it('a step that was done but not noted is asked again, and told so; the ones before it are not', async () => {
    const id = add();
    const seen: [string, boolean][] = [];
    const never = new Promise<never>(() => undefined);
    const step = (name: string, hangs: boolean) => ({
      name,
      do: ({ resumed }: { resumed: boolean }) => {
        seen.push([name, resumed]);
        // What it did is done; its end never reaches the disk.
        return hangs && !resumed ? never : undefined;
      },
    });
    const first = start({ steps: [step('a', false), step('b', true), step('c', false)] });
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    const stopped = first.stop();
    clock.pass(5_000);
    await stopped;
    await start({ steps: [step('a', false), step('b', true), step('c', false)] }).idle();
    expect(seen).toEqual([
      ['a', false],
      ['b', false],
      ['b', true],
      ['c', true],
    ]);
    expect(task(id).steps.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  it('one that was asked to end ends, with what it did undone', async () => {
    const id = add();
    const undone: string[] = [];
    database.write((tx) =>
      updateTask(tx, id, {
        set: {
          state: 'running',
          generation: 1,
          cancelRequested: true,
          memo: { next: 1, marks: [null] },
        },
      }),
    );
    const step = (name: string) => ({ name, do: () => undefined, undo: () => void undone.push(name) });
    await start({ steps: [step('a'), step('b')] }).idle();
    expect(task(id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(undone).toEqual(['a']);
  });

  it('no more build at once on a host than before it, those that had begun first', async () => {
    const ids = Array.from({ length: 14 }, () => add({ kind: 'instance.create' }));
    const late = ids.slice(4);
    database.write((tx) => {
      for (const id of late) updateTask(tx, id, { set: { state: 'running', generation: 1 } });
    });
    const gate = Promise.withResolvers<undefined>();
    const at = new Set<string>();
    const step = {
      name: 'a',
      do: ({ task: { id } }: { task: Task }) => {
        at.add(id);
        return gate.promise;
      },
    };
    start({ steps: [step] });
    await vi.waitFor(() => expect(at.size).toBe(10));
    expect([...at].toSorted()).toEqual(late.toSorted());
    gate.resolve(undefined);
    await runner.idle();
    expect(ids.map((id) => task(id).state)).toEqual(ids.map(() => 'done'));
  });

  it('a task is where its move left it, in whichever lane', async () => {
    const id = add({ kind: 'instance.create' });
    const stood = Promise.withResolvers<undefined>();
    const seen: string[] = [];
    const operation = (hangs: boolean): Operation => ({
      steps: [
        { name: 'pick', do: () => () => ({ lane: hostLane('other'), hostId: null }) },
        {
          name: 'build',
          do: ({ task: { lane } }) => {
            seen.push(lane);
            stood.resolve(undefined);
            return hangs ? new Promise<never>(() => undefined) : undefined;
          },
        },
      ],
    });
    const first = start(operation(true));
    await stood.promise;
    const stopped = first.stop();
    clock.pass(5_000);
    await stopped;
    await start(operation(false)).idle();
    expect(seen).toEqual(['host:other', 'host:other']);
    expect(getTaskRecord(database, id)).toMatchObject({
      generation: 2,
      task: { state: 'done', lane: 'host:other' },
    });
  });
});
