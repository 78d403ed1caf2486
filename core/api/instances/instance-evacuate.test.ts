import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeStep } from '../../compute/fake/faults.ts';
import { ConductorKit, type KitHost } from '../../conductor/test-kit.ts';
import type { TaskState } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { createContext } from '../../identity/context.ts';
import { allocationsOf } from '../../placement/allocations.ts';
import { getDecision, listDecisions } from '../../state/decisions.ts';
import { updateHost } from '../../state/hosts.ts';
import { deleteImage } from '../../state/images.ts';
import { transition } from '../../state/instance-changes.ts';
import { getInstanceRecord } from '../../state/instances.ts';
import { listTasks } from '../../state/tasks.ts';
import { removeHost } from '../host-remove.ts';
import { actOn } from './instance-acts.ts';
import { deleteInstance } from './instance-delete.ts';
import { evacuateInstance } from './instance-evacuate.ts';
import { retryTask } from '../task-retry.ts';

let kit: ConductorKit;
let one: KitHost;
let two: KitHost;
let imageId: string;
let id: string;

const context = () => createContext({ user: 'me' });
const evacuate = (host?: string) =>
  kit.database.write((tx) => evacuateInstance(tx, { ref: id, host }, context()).taskId);
const remove = () =>
  kit.database.write((tx) => deleteInstance(tx, { ref: id, whenBack: false, soft: false }, context()).taskId);

/** @param shared both hosts have one storage */
async function begin({ shared = false } = {}): Promise<void> {
  one = kit.addHost('one');
  imageId = kit.addImage();
  id = kit.create(imageId).id;
  await kit.runner.idle();
  two = kit.addHost('two', shared ? { storageOf: one.fake } : {});
}

function die(host: KitHost): void {
  host.fake.powerOff();
  kit.disconnect(host);
  const connectionError = { code: 'transport.unreachable', message: 'gone' } as const;
  kit.database.write((tx) => updateHost(tx, host.id, { connectionError }));
}

const claims = () => allocationsOf(kit.database, id).map(({ providerId }) => providerId);
const cleanups = () => listTasks(kit.database).filter(({ kind }) => kind === 'instance.cleanup');

beforeEach(() => {
  kit = new ConductorKit();
});
afterEach(() => kit[Symbol.asyncDispose]());

describe('an instance whose host is gone', () => {
  it('is built anew elsewhere, under everything that makes it what it is', async () => {
    await begin();
    const before = getInstanceRecord(kit.database, id);
    const seen: (TaskState | null)[] = [];
    using _watch = kit.database.subscribe((event) => {
      if (event.type === 'instance.changed' && event.value.taskState !== seen.at(-1))
        seen.push(event.value.taskState);
    });
    die(one);
    const taskId = evacuate();
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'done', lane: `host:${two.id}` });
    const after = getInstanceRecord(kit.database, id);
    const kept = [
      'id',
      'name',
      'hostname',
      'domainName',
      'metadata',
      'keyName',
      'imageId',
      'flavor',
      'createdAt',
    ] as const;
    for (const key of kept) expect(after?.instance[key]).toEqual(before?.instance[key]);
    expect(after).toMatchObject({
      mac: before?.mac,
      instance: { hostId: two.id, vmState: 'active', fault: null },
    });
    expect(seen).toEqual(['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning', null]);
    expect(two.fake.domain(id)).toMatchObject({ powerState: 'RUNNING', boots: 1 });
    expect(two.fake.disks.get(id)).toMatchObject({ root: imageId, configDrive: true });
    expect(claims()).toEqual([two.id]);
    const [latest] = listDecisions(kit.database, id);
    expect(latest).toMatchObject({ action: 'evacuate' });
    expect(getDecision(kit.database, id)).toMatchObject({ selected: two.id });
  });

  it('stays off when it was off', async () => {
    await begin();
    kit.database.write((tx) => actOn(tx, 'stop', { ref: id, whenBack: false }, context()));
    await kit.runner.idle();
    die(one);
    evacuate();
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ hostId: two.id, vmState: 'stopped', powerState: 'SHUTDOWN' });
    expect(two.fake.domain(id)).toMatchObject({ powerState: 'SHUTDOWN', boots: 0 });
  });

  it('leaves nothing on the old host once that is back, and its row is not turned by it', async () => {
    await begin();
    die(one);
    evacuate();
    await kit.runner.idle();
    expect(cleanups()).toMatchObject([{ state: 'queued', waitsFor: 'host', hostId: one.id }]);
    one.fake.domain(id).powerState = 'RUNNING';
    kit.connect(one);
    await kit.runner.idle();
    expect(one.fake.leftovers()).toEqual([]);
    expect(kit.instance(id)).toMatchObject({ hostId: two.id, vmState: 'active' });
    expect(two.fake.domain(id).powerState).toBe('RUNNING');
  });

  it('leaves nothing to do for a host that was removed meanwhile', async () => {
    await begin();
    die(one);
    const hang = two.fake.faults.hang('define', 'after');
    const taskId = evacuate();
    await hang.reached;
    kit.database.write((tx) => removeHost(tx, one.id, false));
    hang.release();
    await kit.runner.idle();
    expect(kit.task(taskId).state).toBe('done');
    expect(kit.instance(id)).toMatchObject({ hostId: two.id, vmState: 'active', taskState: null });
    expect(cleanups()).toEqual([]);
  });

  it('keeps its disks on storage that both hosts share, also at the cleanup', async () => {
    await begin({ shared: true });
    die(one);
    two.fake.calls.length = 0;
    evacuate();
    await kit.runner.idle();
    expect(two.fake.calls).not.toContain('createRootDisk');
    expect(two.fake.calls).toContain('writeConfigDrive');
    kit.connect(one);
    await kit.runner.idle();
    expect(cleanups()).toMatchObject([{ state: 'done' }]);
    expect(one.fake.calls).not.toContain('removeDisks');
    expect(one.fake.domains.size).toBe(0);
    expect(two.fake.disks.get(id)).toMatchObject({ root: imageId });
  });

  it('makes way for nothing that waits for the old host', async () => {
    await begin();
    die(one);
    const stop = kit.database.write((tx) => actOn(tx, 'stop', { ref: id, whenBack: true }, context()).taskId);
    evacuate();
    await kit.runner.idle();
    expect(kit.task(stop)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(kit.instance(id)).toMatchObject({ hostId: two.id });
  });

  it('does not go back to a host that has yet to be cleaned of it', async () => {
    await begin();
    die(one);
    evacuate();
    await kit.runner.idle();
    die(two);
    const taskId = evacuate();
    await kit.runner.idle();
    expect(kit.task(taskId).error).toMatchObject({
      code: 'scheduler.no_valid_host',
      message: expect.stringContaining('it still has to be cleaned of what is left of this instance'),
    });
  });
});

describe('evacuating is refused', () => {
  const refused = (code: string, words: RegExp) =>
    expect.objectContaining({ code, message: expect.stringMatching(words) });

  it('while the host is there, or may be', async () => {
    await begin();
    expect(() => evacuate()).toThrow(refused('conflict', /“one” is connected/));
    kit.disconnect(one);
    expect(() => evacuate()).toThrow(refused('conflict', /has not been tried yet/));
    expect(kit.instance(id)).toMatchObject({ taskState: null });
  });

  it('to the host that is gone, to one that there is not, and from none', async () => {
    await begin();
    die(one);
    expect(() => evacuate('one')).toThrow(refused('bad_input', /has to go to another one/));
    expect(() => evacuate('three')).toThrow(refused('host.not_found', /three/));
    kit.database.write((tx) => transition(tx, id, { set: { hostId: null, vmState: 'error' } }));
    expect(() => evacuate()).toThrow(refused('instance.invalid_state', /on no host/));
  });

  it('without the image', async () => {
    await begin();
    die(one);
    kit.database.write((tx) => deleteImage(tx, imageId));
    expect(() => evacuate()).toThrow(expect.objectContaining({ code: 'image.not_found' }));
  });

  it('by a host that was named and will not do, with its reason', async () => {
    await begin();
    const small = kit.addHost('small', { facts: { ram: 600 } });
    die(one);
    const taskId = evacuate('small');
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', error: { code: 'scheduler.no_valid_host' } });
    expect(kit.instance(id)).toMatchObject({ hostId: one.id, taskState: null });
    expect(small.fake.leftovers()).toEqual([]);
  });

  it('when the host is back before anything was done', async () => {
    await begin();
    die(one);
    await kit.runner.stop();
    const taskId = evacuate();
    kit.connect(one);
    kit.startRunner();
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', error: { code: 'conflict' } });
    expect(kit.instance(id)).toMatchObject({ hostId: one.id, taskState: null, vmState: 'active' });
    expect(claims()).toEqual([one.id]);
  });
});

describe('an evacuation that fails', () => {
  const STEPS: FakeStep[] = [
    'hasDisks',
    'createRootDisk',
    'reserveAddress',
    'writeConfigDrive',
    'define',
    'start',
  ];

  it.each(STEPS)('at %s puts row and claim back, and leaves nothing', async (step) => {
    await begin();
    const { addresses } = kit.instance(id) ?? {};
    die(one);
    two.fake.faults.fail(step, new ExpectedError('libvirt.error', 'it broke'));
    const taskId = evacuate();
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({
      state: 'failed',
      error: { message: 'it broke' },
      retryable: true,
    });
    expect(kit.instance(id)).toMatchObject({
      hostId: one.id,
      vmState: 'active',
      taskState: null,
      addresses,
      fault: { error: { message: 'it broke' } },
    });
    expect(claims()).toEqual([one.id]);
    expect(two.fake.leftovers()).toEqual([]);
    const again = kit.database.write((tx) => retryTask(tx, { id: taskId, whenBack: false }, context()));
    await kit.runner.idle();
    expect(kit.task(again).state).toBe('done');
    expect(kit.instance(id)).toMatchObject({ hostId: two.id, fault: null });
  });

  it('on shared storage leaves the disks', async () => {
    await begin({ shared: true });
    die(one);
    two.fake.faults.fail('start', new ExpectedError('libvirt.error', 'it broke'));
    evacuate();
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ hostId: one.id });
    expect(two.fake.disks.get(id)).toMatchObject({ root: imageId });
    expect(two.fake.domains.size).toBe(0);
  });
});

describe('after the death of the process', () => {
  const STEPS: FakeStep[] = [
    'hasDisks',
    'createRootDisk',
    'reserveAddress',
    'writeConfigDrive',
    'define',
    'start',
  ];

  it.each(
    STEPS.flatMap((step) => [false, true].map((shared) => ({ step, shared }))).filter(
      // Disks that are there are not made.
      ({ step, shared }) => !(shared && step === 'createRootDisk'),
    ),
  )(
    'at $step (shared: $shared) the next one ends the evacuation, with the disks as they were found',
    async ({ step, shared }) => {
      await begin({ shared });
      die(one);
      const hang = two.fake.faults.hang(step, 'after');
      const taskId = evacuate();
      await hang.reached;
      await kit.runner.stop();
      two.fake.calls.length = 0;
      kit.startRunner();
      await kit.runner.idle();
      expect(kit.task(taskId).state).toBe('done');
      expect(kit.instance(id)).toMatchObject({ hostId: two.id, vmState: 'active', taskState: null });
      expect(two.fake.domain(id).boots).toBe(1);
      expect(claims()).toEqual([two.id]);
      kit.connect(one);
      await kit.runner.idle();
      expect(one.fake.domains.size).toBe(0);
      expect(one.fake.calls.includes('removeDisks')).toBe(!shared);
      expect(two.fake.disks.get(id)?.root).toBe(imageId);
    },
  );

  it.each(['hasDisks', 'define'] as const)(
    'a delete at %s takes an evacuation over: the row goes, and what is on the old host when that is back',
    async (step) => {
      await begin();
      die(one);
      const hang = two.fake.faults.hang(step, 'after');
      const evacuation = evacuate();
      await hang.reached;
      const deletion = remove();
      await kit.runner.idle();
      expect(kit.task(evacuation).state).toBe('cancelled');
      expect(two.fake.leftovers()).toEqual([]);
      expect(kit.task(deletion)).toMatchObject({ state: 'done', kind: 'instance.delete' });
      expect(kit.instance(id)).toBeUndefined();
      expect(claims()).toEqual([]);
      expect(cleanups()).toMatchObject([{ state: 'queued', waitsFor: 'host', hostId: one.id }]);
      kit.connect(one);
      await kit.runner.idle();
      expect(one.fake.leftovers()).toEqual([]);
    },
  );

  it('a delete goes the same way before an evacuation has begun', async () => {
    await begin();
    die(one);
    await kit.runner.stop();
    const evacuation = evacuate();
    const deletion = remove();
    kit.startRunner();
    await kit.runner.idle();
    expect(kit.task(evacuation).state).toBe('cancelled');
    expect(kit.task(deletion).state).toBe('done');
    expect(kit.instance(id)).toBeUndefined();
    expect(cleanups()).toMatchObject([{ hostId: one.id }]);
  });
});
