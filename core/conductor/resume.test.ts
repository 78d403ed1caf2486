import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeStep, FaultMoment } from '../compute/fake/faults.ts';
import { ExpectedError } from '../domain/errors.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { listActions } from '../state/actions.ts';
import { ConductorKit, type KitHost } from './test-kit.ts';

let kit: ConductorKit;
let one: KitHost;
let imageId: string;

beforeEach(() => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  imageId = kit.addImage();
});
afterEach(() => kit[Symbol.asyncDispose]());

const BUILD: FakeStep[] = [
  'hasImage',
  'uploadImage',
  'createRootDisk',
  'createExtraDisks',
  'reserveAddress',
  'writeConfigDrive',
  'define',
  'start',
];
const UNDO: FakeStep[] = ['undefine', 'releaseAddress', 'removeDisks'];
const MOMENTS: FaultMoment[] = ['before', 'after'];
const each = (steps: FakeStep[]) => steps.flatMap((step) => MOMENTS.map((moment) => ({ step, moment })));

/** The process dies while this step is on its way; its driver dies with it. */
async function dieAt(step: FakeStep, moment: FaultMoment): Promise<void> {
  const hang = one.fake.faults.hang(step, moment);
  await hang.reached;
  const old = kit.runner;
  const stopped = old.stop();
  await stopped;
  kit.disconnect(one);
}

describe('after the death of the process', () => {
  it.each(each(BUILD))(
    '$moment $step of a build, the next one ends it with one guest',
    async ({ step, moment }) => {
      const { id, taskId } = kit.create(imageId);
      await dieAt(step, moment);
      expect(kit.task(taskId).state).toBe('running');
      kit.startRunner();
      kit.connect(one);
      await kit.runner.idle();
      expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, fault: null });
      expect(kit.task(taskId)).toMatchObject({ state: 'done' });
      expect(one.fake.domains.size).toBe(1);
      expect(one.fake.domain(id).boots).toBe(1);
      expect(one.fake.reservations.size).toBe(1);
      expect(allocationsOf(kit.database, id)).toHaveLength(1);
      const steps = kit.task(taskId).steps.map((row) => [row.name, row.state]);
      expect(steps.every(([, state]) => state === 'done')).toBe(true);
      expect(listActions(kit.database, id)[0]?.events.every((event) => event.result === 'success')).toBe(
        true,
      );
    },
  );

  it.each(each(UNDO))('$moment $step of an undo, the next one goes on undoing', async ({ step, moment }) => {
    one.fake.faults.fail('start', new ExpectedError('libvirt.error', 'it broke'));
    const { id } = kit.create(imageId);
    await dieAt(step, moment);
    kit.startRunner();
    kit.connect(one);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'error', hostId: null, fault: { step: 'start' } });
    expect(one.fake.leftovers()).toEqual([]);
    expect(allocationsOf(kit.database, id)).toEqual([]);
  });

  it.each(each(['destroy', 'undefine', 'removeDisks', 'releaseAddress']))(
    '$moment $step of a delete, the next one ends it',
    async ({ step, moment }) => {
      const { id } = kit.create(imageId);
      await kit.runner.idle();
      const taskId = kit.delete(id);
      await dieAt(step, moment);
      kit.startRunner();
      kit.connect(one);
      await kit.runner.idle();
      expect(kit.task(taskId).state).toBe('done');
      expect(kit.instance(id)).toBeUndefined();
      expect(one.fake.leftovers()).toEqual([]);
    },
  );

  /** No process is there, and no host is connected. */
  async function nobody(): Promise<void> {
    await kit.runner.idle();
    await kit.runner.stop();
    kit.disconnect(one);
  }

  /** The next process has begun, and reaches its host only now. */
  async function startLate(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    kit.firstAttempts = promise;
    const runner = kit.startRunner();
    await new Promise(setImmediate);
    expect(runner.runningCount).toBe(1);
    kit.connect(one);
    resolve();
    await runner.idle();
  }

  it('a queued build waits for hosts that have yet to be reached', async () => {
    await nobody();
    const { id } = kit.create(imageId);
    await startLate();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', fault: null });
  });

  it('a queued stop waits for its host that has yet to be reached', async () => {
    const { id } = kit.create(imageId);
    await nobody();
    const taskId = kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await startLate();
    expect(kit.instance(id)).toMatchObject({ vmState: 'stopped', fault: null });
    expect(kit.task(taskId).state).toBe('done');
  });

  it('what the old owner still does is refused', async () => {
    const hang = one.fake.faults.hang('define', 'after');
    const { id, taskId } = kit.create(imageId);
    await hang.reached;
    const old = kit.runner;
    kit.startRunner();
    await kit.runner.idle();
    expect(kit.instance(id)?.vmState).toBe('active');
    const before = kit.task(taskId);
    hang.release();
    await old.idle();
    expect(kit.task(taskId)).toEqual(before);
    expect(one.fake.domain(id).boots).toBe(1);
  });
});
