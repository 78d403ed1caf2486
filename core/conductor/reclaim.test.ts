import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { silentLog } from '../domain/log.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { ManualClock } from '../queue/manual-clock.ts';
import { listActions } from '../state/actions.ts';
import { deleteImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';
import { setSettings } from '../state/settings.ts';
import { listTasks } from '../state/tasks.ts';
import { Reclaimer } from './reclaimer.ts';
import { ConductorKit, type KitHost } from './test-kit.ts';

const MINUTE = 60_000;

let clock: ManualClock;
let kit: ConductorKit;
let one: KitHost;
let imageId: string;
let stack: DisposableStack;

beforeEach(() => {
  clock = new ManualClock();
  kit = new ConductorKit({ clock });
  one = kit.addHost('one');
  imageId = kit.addImage();
  stack = new DisposableStack();
  kit.database.write((tx) => setSettings(tx, { reclaimInterval: 600 }));
});
afterEach(async () => {
  stack.dispose();
  await kit[Symbol.asyncDispose]();
});

function startReclaimer(): Disposable {
  return stack.use(new Reclaimer({ database: kit.database, clock, log: silentLog }));
}

async function pass(milliseconds: number): Promise<void> {
  clock.pass(milliseconds);
  await kit.runner.idle();
}

async function softDeleted(): Promise<string> {
  const { id } = kit.create(imageId);
  await kit.runner.idle();
  kit.act('instance.softDelete', { instanceId: id }, id, 'soft-deleting');
  await kit.runner.idle();
  expect(kit.instance(id)).toMatchObject({ vmState: 'soft-delete', powerState: 'SHUTDOWN' });
  return id;
}

describe('the reclaim time', () => {
  it('is that of the settings, and ends with a deletion on record', async () => {
    startReclaimer();
    const id = await softDeleted();
    expect(Date.parse(kit.instance(id)?.reclaimAt ?? '')).toBe(clock.now() + 10 * MINUTE);
    await pass(10 * MINUTE - 1);
    expect(kit.instance(id)?.vmState).toBe('soft-delete');
    await pass(1);
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
    expect(allocationsOf(kit.database, id)).toEqual([]);
    expect(listActions(kit.database, id)[0]).toMatchObject({ action: 'delete', result: 'success' });
  });

  it('that passed while nobody was there counts', async () => {
    const id = await softDeleted();
    await pass(60 * MINUTE);
    expect(kit.instance(id)?.vmState).toBe('soft-delete');
    startReclaimer();
    await pass(0);
    expect(kit.instance(id)).toBeUndefined();
  });

  it('is over with a restore', async () => {
    startReclaimer();
    const id = await softDeleted();
    kit.act('instance.restore', { instanceId: id }, id, 'restoring');
    await pass(60 * MINUTE);
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', reclaimAt: null });
  });

  it('begins anew when a restore fails', async () => {
    startReclaimer();
    const id = await softDeleted();
    clock.pass(9 * MINUTE);
    one.fake.faults.fail('start', new ExpectedError('libvirt.error', 'it broke'));
    kit.act('instance.restore', { instanceId: id }, id, 'restoring');
    await kit.runner.idle();
    await pass(9 * MINUTE);
    expect(kit.instance(id)).toMatchObject({ vmState: 'soft-delete', fault: { step: 'start' } });
    await pass(MINUTE);
    expect(kit.instance(id)).toBeUndefined();
  });

  it('waits for a host that is away', async () => {
    startReclaimer();
    const id = await softDeleted();
    kit.disconnect(one);
    await pass(20 * MINUTE);
    expect(kit.instance(id)).toMatchObject({ vmState: 'soft-delete', fault: null });
    kit.connect(one);
    await pass(0);
    expect(kit.instance(id)).toBeUndefined();
  });

  it('is tried again after a failure, and not at once', async () => {
    startReclaimer();
    const id = await softDeleted();
    one.fake.faults.fail('removeDisks', new ExpectedError('libvirt.error', 'it broke'));
    await pass(10 * MINUTE);
    const failed = () => listTasks(kit.database).filter(({ state }) => state === 'failed');
    expect(failed()).toHaveLength(1);
    await pass(9 * MINUTE);
    expect(failed()).toHaveLength(1);
    await pass(MINUTE);
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
  });

  it.each([
    ['locked', { lock: { by: 'an', at: new Date().toISOString(), reason: null } }],
    ['started by hand', { powerState: 'RUNNING' }],
  ] as const)('never comes for one that was %s', async (_what, set) => {
    startReclaimer();
    const id = await softDeleted();
    kit.database.write((tx) => transition(tx, id, { set }));
    await pass(60 * MINUTE);
    expect(kit.instance(id)?.vmState).toBe('soft-delete');
    kit.database.write((tx) => transition(tx, id, { set: { lock: null, powerState: 'SHUTDOWN' } }));
    await pass(0);
    expect(kit.instance(id)).toBeUndefined();
  });
});

describe('a forced delete', () => {
  const force = (id: string) => kit.act('instance.forceDelete', { instanceId: id }, id, 'deleting');

  async function running(): Promise<string> {
    const { id } = kit.create(imageId);
    await kit.runner.idle();
    return id;
  }

  it('with the host there leaves nothing', async () => {
    const id = await running();
    const taskId = force(id);
    await kit.runner.idle();
    expect(kit.task(taskId).state).toBe('done');
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('with the host away ends at once, and the rest goes when the host is back', async () => {
    const id = await running();
    kit.database.write((tx) => deleteImage(tx, imageId));
    kit.disconnect(one);
    const taskId = force(id);
    await new Promise(setImmediate);
    await pass(0);
    expect(kit.task(taskId).state).toBe('done');
    expect(kit.instance(id)).toBeUndefined();
    expect(allocationsOf(kit.database, id)).toEqual([]);
    expect(one.fake.domain(id).powerState).toBe('RUNNING');
    kit.connect(one);
    await kit.runner.idle();
    expect(one.fake.leftovers()).toEqual([]);
    expect(one.fake.images.size).toBe(0);
  });

  it('takes over from a delete that hangs on its host', async () => {
    const id = await running();
    const hang = one.fake.faults.hang('destroy');
    kit.delete(id);
    await hang.reached;
    const taskId = force(id);
    await kit.runner.idle();
    expect(kit.task(taskId).state).toBe('done');
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('of one on no host just works', async () => {
    one.fake.faults.fail('start', new ExpectedError('libvirt.error', 'it broke'));
    const id = await running();
    expect(kit.instance(id)).toMatchObject({ vmState: 'error', hostId: null });
    force(id);
    await kit.runner.idle();
    expect(kit.instance(id)).toBeUndefined();
  });
});
