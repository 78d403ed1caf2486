import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeStep } from '../../compute/fake/faults.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { allocationsOf } from '../../placement/allocations.ts';
import { listActions } from '../../state/actions.ts';
import { listHostRecords } from '../../state/hosts.ts';
import { getImage } from '../../state/images.ts';
import { getDecision } from '../../state/decisions.ts';
import { listTasks } from '../../state/tasks.ts';
import { ConductorKit, hastyClock, type KitHost } from '../test-kit.ts';

let kit: ConductorKit;
let one: KitHost;
let imageId: string;

beforeEach(() => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  imageId = kit.addImage();
});
afterEach(() => kit[Symbol.asyncDispose]());

const BUILD_CALLS: FakeStep[] = [
  'hasImage',
  'uploadImage',
  'createRootDisk',
  'createExtraDisks',
  'reserveAddress',
  'writeConfigDrive',
  'define',
  'start',
];
const broken = () => new ExpectedError('libvirt.error', 'it broke', { remedy: 'mend it' });

function buildFailures(host: KitHost): number | undefined {
  return listHostRecords(kit.database).find((record) => record.host.id === host.id)?.buildFailures;
}

describe('a build', () => {
  it('ends active, with its claim, its timeline and its image on the host', async () => {
    const states: (string | null)[] = [];
    const seen = kit.database.subscribe((event) => {
      if (event.type === 'instance.changed') states.push(event.value.taskState);
    });
    const { id, taskId } = kit.create(imageId);
    await kit.runner.idle();
    seen[Symbol.dispose]();
    expect(kit.instance(id)).toMatchObject({
      vmState: 'active',
      taskState: null,
      powerState: 'RUNNING',
      hostName: 'one',
      fault: null,
      addresses: [{ address: '192.0.2.2', mac: 'fa:16:3e:00:00:01' }],
    });
    expect(kit.task(taskId)).toMatchObject({ state: 'done', lane: `host:${one.id}`, error: null });
    expect(allocationsOf(kit.database, id)).toEqual([
      { providerId: one.id, resources: { VCPU: 1, MEMORY_MB: 512, DISK_GB: 2 } },
    ]);
    const [action] = listActions(kit.database, id);
    expect(action).toMatchObject({ action: 'create', result: 'success' });
    expect(action?.events.map((event) => [event.name, event.host, event.result])).toEqual([
      ['schedule', null, 'success'],
      ['image', 'one', 'success'],
      ['root_disk', 'one', 'success'],
      ['extra_disks', 'one', 'success'],
      ['address', 'one', 'success'],
      ['config_drive', 'one', 'success'],
      ['define', 'one', 'success'],
      ['start', 'one', 'success'],
    ]);
    expect(getImage(kit.database, imageId)?.cachedOn).toEqual([one.id]);
    const order = states.filter((state, index) => state !== states[index - 1]);
    expect(order).toEqual(['scheduling', 'block_device_mapping', 'networking', 'spawning', null]);
  });

  it('uploads an image once for builds at the same time', async () => {
    const hang = one.fake.faults.hang('uploadImage');
    const ids = [kit.create(imageId), kit.create(imageId), kit.create(imageId)].map(({ id }) => id);
    await hang.reached;
    hang.release();
    await kit.runner.idle();
    expect(ids.map((id) => kit.instance(id)?.vmState)).toEqual(['active', 'active', 'active']);
    expect(one.fake.calls.filter((call) => call === 'uploadImage')).toHaveLength(1);
  });

  it('builds ten at once on a host, and the rest after them', async () => {
    const big = kit.addHost('big', { facts: { vcpus: 64, ram: 65_536, disk: 1000 } });
    const hangs = Array.from({ length: 10 }, () => big.fake.faults.hang('define'));
    const made = Array.from({ length: 12 }, () => kit.create(imageId, { requestedHostId: big.id }));
    await Promise.all(hangs.map((hang) => hang.reached));
    const states = made.map(({ taskId }) => kit.task(taskId).state);
    expect(states.filter((state) => state === 'running')).toHaveLength(10);
    expect(states.filter((state) => state === 'queued')).toHaveLength(2);
    for (const hang of hangs) hang.release();
    await kit.runner.idle();
    expect(made.every(({ id }) => kit.instance(id)?.vmState === 'active')).toBe(true);
  });
});

describe.each(BUILD_CALLS)('a build whose %s fails', (call) => {
  it.each(['before', 'after'] as const)('%s its work leaves nothing behind', async (moment) => {
    one.fake.faults.fail(call, broken(), { moment });
    const { id, taskId } = kit.create(imageId);
    await kit.runner.idle();
    expect(one.fake.leftovers()).toEqual([]);
    expect(allocationsOf(kit.database, id)).toEqual([]);
    const instance = kit.instance(id);
    expect(instance).toMatchObject({ vmState: 'error', taskState: null, hostId: null, addresses: [] });
    expect(instance?.fault).toMatchObject({
      error: {
        code: 'instance.build_failed',
        remedy: 'mend it',
        message: expect.stringContaining('it broke'),
      },
    });
    expect(instance?.fault?.step).toBeTruthy();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', error: { code: 'instance.build_failed' } });
    expect(listActions(kit.database, id)[0]).toMatchObject({ result: 'error' });
    expect(buildFailures(one)).toBe(1);
  });

  it('goes on with the next host', async () => {
    const two = kit.addHost('two', { facts: { ram: 4096 } });
    one.fake.faults.fail(call, broken(), { moment: 'after' });
    const { id } = kit.create(imageId);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', hostName: 'two', fault: null });
    expect(one.fake.leftovers()).toEqual([]);
    expect([...two.fake.domains.keys()]).toEqual([id]);
    expect(allocationsOf(kit.database, id).map((a) => a.providerId)).toEqual([two.id]);
    expect(buildFailures(one)).toBe(1);
    expect(buildFailures(two)).toBe(0);
    expect(getDecision(kit.database, id)).toMatchObject({ selected: two.id });
  });
});

describe('retries', () => {
  it('try three hosts and then say what happened on each', async () => {
    const others = ['two', 'three', 'four'].map((name) => kit.addHost(name));
    for (const host of [one, ...others]) {
      host.fake.faults.fail(
        'define',
        new ExpectedError('libvirt.error', `${host.fake.facts.hostname} broke`),
      );
    }
    const { id } = kit.create(imageId);
    await kit.runner.idle();
    const fault = kit.instance(id)?.fault;
    expect(fault).toMatchObject({ step: 'define', error: { code: 'scheduler.no_valid_host' } });
    const tried = [one, ...others].filter((host) => host.fake.calls.includes('define'));
    expect(tried).toHaveLength(3);
    for (const host of tried) {
      expect(fault?.error.message).toContain(`${host.fake.facts.hostname}: define failed`);
      expect(host.fake.leftovers()).toEqual([]);
    }
  });

  it('do not leave a host that was asked for', async () => {
    const two = kit.addHost('two');
    one.fake.faults.fail('start', broken());
    const { id } = kit.create(imageId, { requestedHostId: one.id });
    await kit.runner.idle();
    expect(kit.instance(id)?.fault).toMatchObject({
      step: 'start',
      error: {
        code: 'instance.build_failed',
        message: '“web” could not be built on one: start failed: it broke',
      },
    });
    expect(two.fake.calls).toEqual([]);
  });

  it('are not made for an image that is gone', async () => {
    const two = kit.addHost('two');
    one.fake.faults.fail('hasImage', new ExpectedError('image.file_unreadable', 'the file is gone'));
    two.fake.faults.fail('hasImage', new ExpectedError('image.file_unreadable', 'the file is gone'));
    kit.create(imageId);
    await kit.runner.idle();
    expect([...one.fake.calls, ...two.fake.calls].filter((call) => call === 'hasImage')).toHaveLength(1);
  });
});

describe('no valid host', () => {
  it('gives every host and its reason, in words and figures', async () => {
    const small = kit.addHost('small', { facts: { ram: 1024 } });
    kit.disconnect(one);
    const { id } = kit.create(imageId, { flavor: flavorOf(1024) });
    await kit.runner.idle();
    expect(kit.instance(id)?.fault).toMatchObject({
      step: 'schedule',
      error: {
        code: 'scheduler.no_valid_host',
        message:
          'No valid host was found. small: RAM: asked 1024 MiB, free 512 of 512 (ratio 1.0, 512 reserved) (placement). ' +
          'one: not connected (Compute).',
      },
    });
    expect(small.fake.calls).toEqual([]);
  });

  it('says so when there are no hosts', async () => {
    await using empty = new ConductorKit();
    const { id } = empty.create(empty.addImage());
    await empty.runner.idle();
    expect(empty.instance(id)?.fault?.error.message).toBe('No valid host was found. There are no hosts.');
  });
});

describe('a cancelled build', () => {
  it('in mid-upload leaves no half image', async () => {
    const hang = one.fake.faults.hang('uploadImage');
    const { id, taskId } = kit.create(imageId);
    await hang.reached;
    expect(kit.task(taskId).cancellable).toBe(true);
    kit.database.write((tx) => kit.runner.cancel(tx, taskId));
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(kit.instance(id)).toMatchObject({ vmState: 'error', fault: { error: { code: 'cancelled' } } });
    expect(one.fake.leftovers()).toEqual([]);
    expect(one.fake.images.size).toBe(0);
    expect(buildFailures(one)).toBe(0);
    expect(() => kit.database.write((tx) => kit.runner.cancel(tx, taskId))).toThrow(/cannot be cancelled/);
  });

  it('does not take the upload from another build that waits for it', async () => {
    const hang = one.fake.faults.hang('uploadImage');
    const first = kit.create(imageId);
    const second = kit.create(imageId);
    await hang.reached;
    await new Promise(setImmediate);
    kit.database.write((tx) => kit.runner.cancel(tx, first.taskId));
    await new Promise(setImmediate);
    hang.release();
    await kit.runner.idle();
    expect(kit.instance(first.id)?.vmState).toBe('error');
    expect(kit.instance(second.id)?.vmState).toBe('active');
  });
});

describe('a lost link', () => {
  it('in a build is waited out: the step is made again and nothing is double', async () => {
    one.fake.faults.once('define', 'after', () => {
      kit.disconnect(one);
      kit.connect(one);
    });
    const { id } = kit.create(imageId);
    await kit.runner.idle();
    expect(kit.instance(id)?.vmState).toBe('active');
    expect(one.fake.domains.size).toBe(1);
    expect(one.fake.domain(id).boots).toBe(1);
  });

  it('that stays lost sends the build elsewhere, and the rest is cleaned up when the host is back to stay', async () => {
    await using other = new ConductorKit({ clock: hastyClock() });
    const a = other.addHost('a');
    const b = other.addHost('b', { facts: { ram: 4096 } });
    const image = other.addImage();
    a.fake.faults.once('start', 'after', () => other.disconnect(a));
    const { id } = other.create(image);
    await other.runner.idle();
    expect(other.instance(id)).toMatchObject({ vmState: 'active', hostName: 'b' });
    expect(a.fake.leftovers()).not.toEqual([]);
    expect(listTasks(other.database).filter((task) => task.kind === 'instance.cleanup')).toMatchObject([
      { state: 'queued', hostId: a.id },
    ]);
    a.fake.faults.once('undefine', 'after', () => other.disconnect(a));
    other.connect(a);
    await other.runner.idle();
    expect(a.fake.leftovers()).not.toEqual([]);
    other.connect(a);
    await other.runner.idle();
    expect(a.fake.leftovers()).toEqual([]);
    expect([...b.fake.domains.keys()]).toEqual([id]);
  });
});

function flavorOf(ram: number) {
  return {
    id: '1',
    name: 'm1.tiny',
    vcpus: 1,
    ram,
    disk: 1,
    ephemeral: 0,
    swap: 0,
    isPublic: true,
    description: null,
    extraSpecs: {},
  };
}
