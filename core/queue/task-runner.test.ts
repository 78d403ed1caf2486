import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Task } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { q } from '../state/query.ts';
import { getTask, getTaskRecord } from '../state/tasks.ts';
import { type Clock, systemClock } from './clock.ts';
import { enqueue } from './enqueue.ts';
import { hostLane, type Lane } from './kinds.ts';
import { ManualClock } from './manual-clock.ts';
import type { Operation } from './operation.ts';
import type { Oversight } from './oversight.ts';
import { TaskRunner } from './task-runner.ts';
import { everyKind } from './test-kit.ts';

let database: Database;
let runner: TaskRunner | null = null;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
});
afterEach(async () => {
  await runner?.stop();
  runner = null;
  database.close();
});

interface Wanted {
  readonly kind?: 'instance.stop' | 'instance.create';
  readonly lane?: Lane;
  readonly instanceId?: string;
  readonly cancellable?: boolean;
}

function add(wanted: Wanted = {}): string {
  const {
    kind = 'instance.stop',
    lane = 'conductor',
    instanceId = randomUUID(),
    cancellable = true,
  } = wanted;
  const rest = { subject: 'web', instanceId, requestId: 'req-1', cancellable, lane };
  return database.write((tx) => enqueue(tx, { kind, input: { instanceId }, ...rest }));
}

function run(operation: Operation, clock: Clock = systemClock): TaskRunner {
  const operations = everyKind(operation);
  runner = new TaskRunner({
    database,
    operations,
    clock,
    log: silentLog,
    isConnected: () => false,
    oversight,
  });
  runner.start();
  return runner;
}

const oversight: Oversight = {
  admit: () => null,
  damaged: () => undefined,
};

const task = (id: string): Task => getTask(database, id)!;
const fails = () => {
  throw new ExpectedError('libvirt.error', 'it broke');
};

describe('enqueue', () => {
  it('writes nothing when the transaction is rolled back', () => {
    const seen: string[] = [];
    const subscription = database.subscribe((event) => seen.push(event.type));
    expect(() =>
      database.write((tx) => {
        const input = { instanceId: randomUUID() };
        enqueue(tx, {
          kind: 'instance.stop',
          input,
          subject: 'x',
          requestId: 'r',
          cancellable: false,
          lane: 'conductor',
        });
        throw new Error('no');
      }),
    ).toThrow('no');
    subscription[Symbol.dispose]();
    expect(seen).toEqual([]);
    expect(database.all(q.selectFrom('tasks').selectAll())).toEqual([]);
  });

  it('refuses an input that its kind does not have', () => {
    expect(() => add({ instanceId: 'no uuid' })).toThrow();
  });
});

describe('a task', () => {
  it('notes each step before the next begins', async () => {
    const seen: unknown[] = [];
    const id = add();
    const look = () => {
      seen.push(task(id).steps.map((step) => [step.name, step.state]));
      return undefined;
    };
    await run({
      steps: [
        { name: 'a', do: look },
        { name: 'b', do: look },
      ],
    }).idle();
    expect(seen).toEqual([
      [['a', 'running']],
      [
        ['a', 'done'],
        ['b', 'running'],
      ],
    ]);
    expect(task(id)).toMatchObject({ state: 'done', error: null });
    expect(task(id).finishedAt).not.toBeNull();
  });

  it('that fails is undone in reverse, the failed step included', async () => {
    const undone: string[] = [];
    const undo = (name: string) => () => {
      undone.push(name);
      return undefined;
    };
    const id = add();
    await run({
      steps: [
        { name: 'a', do: () => undefined, undo: undo('a') },
        { name: 'b', do: () => undefined, undo: fails },
        { name: 'c', do: fails, undo: undo('c') },
        { name: 'd', do: () => undefined, undo: undo('d') },
      ],
    }).idle();
    expect(undone).toEqual(['c', 'a']);
    expect(task(id)).toMatchObject({ state: 'failed', error: { code: 'libvirt.error', requestId: 'req-1' } });
    expect(task(id).steps.map((step) => [step.name, step.state])).toEqual([
      ['a', 'undone'],
      ['b', 'undone'],
      ['c', 'failed'],
    ]);
  });

  it('whose change cannot be written fails at that step, and the change is not kept', async () => {
    const id = add();
    await run({
      steps: [
        {
          name: 'a',
          do: () => (tx) => {
            tx.run(q.insertInto('meta').values({ key: 'half', value: 'done' }));
            return fails();
          },
        },
      ],
    }).idle();
    expect(task(id)).toMatchObject({ state: 'failed', steps: [{ name: 'a', state: 'failed' }] });
    expect(database.first(q.selectFrom('meta').selectAll().where('key', '=', 'half'))).toBeUndefined();
  });

  it('is tried again from its first step for as long as the operation says so', async () => {
    const id = add();
    const attempts: number[] = [];
    await run({
      steps: [
        {
          name: 'a',
          do: ({ attempt }) => {
            attempts.push(attempt);
            return attempt < 2 ? fails() : undefined;
          },
        },
      ],
      again: () => true,
    }).idle();
    expect(attempts).toEqual([0, 1, 2]);
    expect(task(id).state).toBe('done');
    expect(task(id).steps.map((step) => step.state)).toEqual(['failed', 'failed', 'done']);
  });

  it('that is cancelled while it waits never begins', async () => {
    const begun: string[] = [];
    const instanceId = randomUUID();
    const gate = Promise.withResolvers<undefined>();
    const step = {
      name: 'a',
      do: ({ task: { id } }: { task: Task }) => {
        begun.push(id);
        return gate.promise;
      },
    };
    const first = add({ instanceId });
    const second = add({ instanceId });
    const busy = run({ steps: [step] });
    await vi.waitFor(() => expect(begun).toEqual([first]));
    database.write((tx) => busy.cancel(tx, second));
    await vi.waitFor(() => expect(task(second)).toMatchObject({ state: 'cancelled', steps: [] }));
    gate.resolve(undefined);
    await busy.idle();
    expect(begun).toEqual([first]);
  });

  it('is not cancelled by a transaction that is rolled back', async () => {
    const gate = Promise.withResolvers<undefined>();
    const id = add();
    const busy = run({
      steps: [
        { name: 'a', do: () => gate.promise },
        { name: 'b', do: () => undefined },
      ],
    });
    await vi.waitFor(() => expect(task(id).steps).toHaveLength(1));
    expect(() =>
      database.write((tx) => {
        busy.cancel(tx, id);
        throw new Error('no');
      }),
    ).toThrow('no');
    gate.resolve(undefined);
    await busy.idle();
    expect(task(id).state).toBe('done');
  });

  it.each([
    ['one that must run to its end', false, 'task.not_cancellable'],
    ['one that there is not', true, 'task.not_found'],
  ])('refuses to cancel %s', (_words, missing, code) => {
    const id = missing ? randomUUID() : add({ cancellable: false });
    const idle = run({ steps: [] });
    expect(() => database.write((tx) => idle.cancel(tx, id))).toThrow(expect.objectContaining({ code }));
  });

  it('is taken up again when its run broke off, and meanwhile keeps its place', async () => {
    const clock = new ManualClock();
    const id = add();
    let broken = true;
    const busy = run(
      {
        steps: [{ name: 'a', do: () => undefined }],
        ended: () => {
          if (broken) throw new Error('the disk is full');
          return undefined;
        },
      },
      clock,
    );
    await busy.idle();
    expect(task(id).state).toBe('running');
    broken = false;
    clock.pass(5_000);
    await busy.idle();
    expect(task(id).state).toBe('done');
    expect(getTaskRecord(database, id)?.generation).toBe(2);
  });

  it('is begun later when nothing can be written down while the queue is taken up', async () => {
    const clock = new ManualClock();
    const id = add();
    const full = new ExpectedError('state.disk_full', 'The disk is full');
    const write = vi.spyOn(database, 'write').mockImplementationOnce(() => {
      throw full;
    });
    const queue = run({ steps: [{ name: 'a', do: () => undefined }] }, clock);
    await queue.idle();
    expect(task(id).state).toBe('queued');
    write.mockRestore();
    clock.pass(5_000);
    await queue.idle();
    expect(task(id).state).toBe('done');
  });

  it('whose host never answers gives its place free', async () => {
    const clock = new ManualClock();
    const undone: string[] = [];
    const never = new Promise<never>(() => undefined);
    const steps = [
      { name: 'made', do: () => undefined, undo: () => void undone.push('made') },
      { name: 'hangs', do: () => never, patience: 1000 },
    ];
    const id = add({ lane: hostLane('h') });
    const busy = run({ steps }, clock);
    await vi.waitFor(() => expect(task(id).steps.at(-1)).toMatchObject({ name: 'hangs', state: 'running' }));
    clock.pass(1000 + 60_000);
    await busy.idle();
    expect(task(id)).toMatchObject({ state: 'failed', error: { code: 'libvirt.timeout' } });
    expect(undone).toEqual(['made']);
  });

  it('moves to another lane, and waits there for its turn', async () => {
    const gate = Promise.withResolvers<undefined>();
    const hostId = randomUUID();
    const ids = Array.from({ length: 12 }, () => add({ kind: 'instance.create' }));
    const busy = run({
      steps: [
        { name: 'pick', do: () => () => ({ lane: hostLane(hostId), hostId }) },
        { name: 'build', do: () => gate.promise },
      ],
    });
    const states = () => Object.groupBy(ids, (id) => task(id).state);
    await vi.waitFor(() =>
      expect(states()).toMatchObject({ running: { length: 10 }, queued: { length: 2 } }),
    );
    expect(ids.every((id) => task(id).lane === hostLane(hostId))).toBe(true);
    gate.resolve(undefined);
    await busy.idle();
    expect(states()).toMatchObject({ done: { length: 12 } });
  });
});
