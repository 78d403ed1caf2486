import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorKit, type KitHost } from '../conductor/test-kit.ts';
import type { ErrorBody, Parsed, Task } from '../contract/index.ts';
import { createContext } from '../identity/context.ts';
import { listActions } from '../state/actions.ts';
import { updateHost } from '../state/hosts.ts';
import { transition } from '../state/instance-changes.ts';
import { actOn } from './instances/instance-acts.ts';
import { deleteInstance } from './instances/instance-delete.ts';
import { rebootInstance } from './instances/instance-reboot.ts';
import { retryTask } from './task-retry.ts';
import { setTask } from './waiting-tasks.ts';

const ERROR: ErrorBody = { code: 'transport.unreachable', message: 'No route to host 10.0.0.7.' };
let kit: ConductorKit;
let one: KitHost;
let id: string;

const context = () => createContext({ user: 'me' });

beforeEach(async () => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  id = kit.create(kit.addImage()).id;
  await kit.runner.idle();
});
afterEach(() => kit[Symbol.asyncDispose]());

function goAway(): void {
  kit.disconnect(one);
  const lastSeenAt = '2026-01-31T12:00:00.000Z';
  kit.database.write((tx) => updateHost(tx, one.id, { connectionError: ERROR, lastSeenAt }));
}

async function comeBack(): Promise<void> {
  kit.connect(one);
  await kit.runner.idle();
}

const act = {
  start: (whenBack = true) =>
    kit.database.write((tx) => actOn(tx, 'start', { ref: id, whenBack }, context()).taskId),
  stop: (whenBack = true) =>
    kit.database.write((tx) => actOn(tx, 'stop', { ref: id, whenBack }, context()).taskId),
  reboot: (type: 'soft' | 'hard') =>
    kit.database.write((tx) => rebootInstance(tx, { ref: id, type, whenBack: true }, context()).taskId),
  delete: (whenBack = true) =>
    kit.database.write((tx) => deleteInstance(tx, { ref: id, whenBack, soft: false }, context()).taskId),
};
const set = (taskId: string, change: Omit<Parsed<'task.set'>, 'id'>) =>
  kit.database.write((tx) => setTask(tx, { id: taskId, ...change }));
const retry = (taskId: string, whenBack = false) =>
  kit.database.write((tx) => retryTask(tx, { id: taskId, whenBack }, context()));

describe('while its host is away', () => {
  it('an action is refused at once, with the host, the reason and since when', () => {
    goAway();
    expect(() => act.stop(false)).toThrow(
      expect.objectContaining({
        code: 'host.unavailable',
        message: expect.stringMatching(
          /“one”.*No route to host 10\.0\.0\.7\. It was last heard at 2026-01-31/,
        ),
        remedy: expect.stringContaining('when it is back'),
        details: expect.objectContaining({ hostId: one.id, code: 'transport.unreachable' }),
      }),
    );
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null });
    expect(listActions(kit.database, id)).toHaveLength(1);
  });

  it('an attempt after a failed one is no better', () => {
    goAway();
    kit.database.write((tx) => updateHost(tx, one.id, { connection: 'connecting' }));
    expect(() => act.stop(false)).toThrow(expect.objectContaining({ code: 'host.unavailable' }));
  });

  it.each(['connecting', 'disconnected'] as const)(
    'one that has yet to be tried is not (%s)',
    (connection) => {
      kit.disconnect(one);
      kit.database.write((tx) =>
        updateHost(tx, one.id, { connection, connectionError: null, retryAt: null }),
      );
      const taskId = act.stop(false);
      expect(kit.task(taskId)).toMatchObject({ waitsFor: null });
      expect(kit.instance(id)).toMatchObject({ taskState: 'powering-off' });
    },
  );

  it('an action waits on request, and leaves the instance to the word of its host', () => {
    goAway();
    const taskId = act.stop();
    expect(kit.task(taskId)).toMatchObject({
      state: 'queued',
      waitsFor: 'host',
      cancellable: true,
      lane: `host:${one.id}`,
    });
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, fault: null });
    expect(listActions(kit.database, id)[0]).toMatchObject({ action: 'stop', finishedAt: null });
  });

  it('what is forbidden for good is forbidden now', () => {
    goAway();
    expect(() => act.start()).toThrow(expect.objectContaining({ code: 'instance.invalid_state' }));
    act.stop();
    const lock = { by: 'me', at: '2026-01-31T12:00:00.000Z', reason: null };
    kit.database.write((tx) => transition(tx, id, { set: { lock } }));
    expect(() => act.start()).toThrow(expect.objectContaining({ code: 'locked' }));
  });

  it('to wait changes nothing where the host is there', async () => {
    const taskId = act.stop();
    expect(kit.task(taskId)).toMatchObject({ waitsFor: null, cancellable: true });
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'stopped' });
  });

  it('a delete ends what waits of the instance, with a word', async () => {
    goAway();
    const [stop, start] = [act.stop(), act.start()];
    const last = act.delete();
    for (const taskId of [stop, start]) {
      expect(kit.task(taskId)).toMatchObject({
        state: 'cancelled',
        error: { message: 'It made way for another task (instance.delete)' },
      });
    }
    await comeBack();
    expect(kit.task(last).state).toBe('done');
    expect(one.fake.leftovers()).toEqual([]);
  });
});

describe('when its host is back', () => {
  it('what waits runs in order, through the states it would have had', async () => {
    goAway();
    const tasks = [act.stop(), act.start(), act.reboot('hard')];
    await comeBack();
    expect(tasks.map((taskId) => kit.task(taskId).state)).toEqual(['done', 'done', 'done']);
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null });
    expect(one.fake.domain(id).boots).toBe(3);
    expect(listActions(kit.database, id).map(({ action, result }) => [action, result])).toEqual([
      ['reboot', 'success'],
      ['start', 'success'],
      ['stop', 'success'],
      ['create', 'success'],
    ]);
  });

  it('what makes no sense any more is not done, and says what changed', async () => {
    goAway();
    const taskId = act.stop();
    // The resync of the host has found the guest off.
    const found = { vmState: 'stopped', powerState: 'SHUTDOWN' } as const;
    kit.database.write((tx) => transition(tx, id, { set: found }));
    await comeBack();
    expect(kit.task(taskId)).toMatchObject({
      state: 'failed',
      steps: [],
      error: {
        code: 'instance.invalid_state',
        message: '“web” is not as it was when stop was asked for: needs state active or error, is stopped.',
      },
    });
    expect(kit.instance(id)).toMatchObject({ ...found, taskState: null, fault: null });
    expect(listActions(kit.database, id)[0]).toMatchObject({ action: 'stop', result: 'error' });
  });

  it.each([
    [
      'locked',
      { lock: { by: 'anna', at: '2026-01-31T12:00:00.000Z', reason: 'exam' } },
      /locked by anna \(exam\)/,
    ],
    ['taken over', { takenOver: { by: 'bo@pc', at: '2026-01-31T12:00:00.000Z' } }, /taken it over \(bo@pc\)/],
    ['busy', { taskState: 'rebooting' }, /busy: rebooting/],
  ] as const)('nor what is %s by then', async (_what, change, words) => {
    goAway();
    const taskId = act.stop();
    kit.database.write((tx) => transition(tx, id, { set: change }));
    await comeBack();
    expect(kit.task(taskId)).toMatchObject({
      state: 'failed',
      error: { message: expect.stringMatching(words) },
    });
    expect(one.fake.domain(id).powerState).toBe('RUNNING');
  });

  it('nor what is elsewhere by then', async () => {
    goAway();
    const taskId = act.stop();
    const two = kit.addHost('two');
    kit.database.write((tx) => transition(tx, id, { set: { hostId: two.id } }));
    await comeBack();
    expect(kit.task(taskId)).toMatchObject({ error: { message: '“web” has moved: it is on two now.' } });
  });

  it('what was cancelled meanwhile is not done', async () => {
    goAway();
    const taskId = act.stop();
    kit.database.write((tx) => kit.runner.cancel(tx, taskId));
    expect(kit.task(taskId)).toMatchObject({ state: 'cancelled', retryable: true });
    await comeBack();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active' });
    expect(listActions(kit.database, id)[0]).toMatchObject({ action: 'stop', result: 'cancelled' });
  });

  it('the process that ended while it waited is not missed', async () => {
    goAway();
    const taskId = act.stop();
    await kit.runner.stop();
    kit.startRunner();
    await comeBack();
    expect(kit.task(taskId).state).toBe('done');
  });
});

describe('task.set', () => {
  it('makes a soft reboot a hard one', async () => {
    goAway();
    const taskId = act.reboot('soft');
    expect(kit.task(taskId).parameters).toEqual({ type: 'soft' });
    set(taskId, { parameters: { type: 'hard' } });
    expect(kit.task(taskId).parameters).toEqual({ type: 'hard' });
    one.fake.calls.length = 0;
    await comeBack();
    expect(kit.task(taskId)).toMatchObject({ state: 'done', steps: [{ name: 'reboot_hard' }] });
    expect(one.fake.calls).toContain('hardReboot');
  });

  it.each([
    ['a name that it has not', { colour: 'red' }, /has no “colour”/],
    ['a value that its kind does not take', { type: 'gentle' }, /“type”/],
  ])('refuses %s', (_what, parameters, words) => {
    goAway();
    const taskId = act.reboot('soft');
    expect(() => set(taskId, { parameters })).toThrow(
      expect.objectContaining({
        code: 'bad_input',
        field: 'parameters',
        message: expect.stringMatching(words),
        remedy: expect.any(String),
      }),
    );
    expect(kit.task(taskId).parameters).toEqual({ type: 'soft' });
  });

  it('puts one first or last', async () => {
    goAway();
    const [stop, start] = [act.stop(), act.start()];
    set(stop, { position: 'last' });
    await comeBack();
    // Now it starts what runs already.
    expect(kit.task(start)).toMatchObject({ state: 'failed' });
    expect(kit.task(stop)).toMatchObject({ state: 'done' });
  });

  it('says until when it waits', () => {
    goAway();
    const taskId = act.stop();
    const expiresAt = '2099-01-01T00:00:00.000Z';
    set(taskId, { expiresAt });
    expect(kit.task(taskId)).toMatchObject({ expiresAt });
    set(taskId, { expiresAt: null });
    expect(kit.task(taskId)).toMatchObject({ expiresAt: null });
  });

  it('is refused for one that has begun, or ended, or is not there', async () => {
    const taskId = act.stop();
    await kit.runner.idle();
    expect(() => set(taskId, { position: 'first' })).toThrow(
      expect.objectContaining({ code: 'task.not_waiting' }),
    );
    expect(() => set(id, { position: 'first' })).toThrow(expect.objectContaining({ code: 'task.not_found' }));
  });
});

describe('task.retry', () => {
  async function failedStop(): Promise<string> {
    one.fake.faults.fail('stop', new Error('no'));
    const taskId = act.stop();
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', retryable: true });
    return taskId;
  }

  it('asks for the same once more', async () => {
    const before = await failedStop();
    const taskId = retry(before);
    await kit.runner.idle();
    expect(taskId).not.toBe(before);
    expect(kit.task(taskId)).toMatchObject({ state: 'done', kind: 'instance.stop', retryable: false });
    expect(kit.instance(id)).toMatchObject({ vmState: 'stopped', fault: null });
  });

  it('asks the guard again', async () => {
    const before = await failedStop();
    retry(before);
    await kit.runner.idle();
    expect(() => retry(before)).toThrow(expect.objectContaining({ code: 'instance.invalid_state' }));
  });

  it('waits for a host that is away, on request', async () => {
    const before = await failedStop();
    goAway();
    expect(() => retry(before)).toThrow(expect.objectContaining({ code: 'host.unavailable' }));
    const taskId = retry(before, true);
    expect(kit.task(taskId)).toMatchObject({ waitsFor: 'host' });
    await comeBack();
    expect(kit.task(taskId).state).toBe('done');
  });

  it('is refused for what went well, and for what is gone', async () => {
    const before = await failedStop();
    const deleted = act.delete();
    await kit.runner.idle();
    expect(kit.task(before).retryable).toBe(false);
    for (const taskId of [before, deleted]) {
      expect(() => retry(taskId)).toThrow(expect.objectContaining({ code: 'task.not_retryable' }));
    }
  });

  it('brings an image to a host once more', async () => {
    const imageId = kit.addImage();
    one.fake.faults.fail('uploadImage', new Error('no'));
    const before = kit.enqueueImage('image.upload', { imageId, hostId: one.id }, imageId, one.id);
    await kit.runner.idle();
    const taskId = retry(before);
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'done' } satisfies Partial<Task>);
    expect(one.fake.images.get(imageId)?.complete).toBe(true);
  });
});

describe('an action that is broken off while it waits for the guest', () => {
  it.each([
    ['stop', () => act.stop(), 'stop'],
    ['reboot', () => act.reboot('soft'), 'softReboot'],
  ] as const)('%s leaves the instance as its host says', async (_what, ask, step) => {
    const hang = one.fake.faults.hang(step);
    const taskId = ask();
    await hang.reached;
    expect(kit.task(taskId).cancellable).toBe(true);
    kit.database.write((tx) => kit.runner.cancel(tx, taskId));
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'cancelled' });
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, fault: null });
  });
});
