import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { listActions } from '../state/actions.ts';
import { deleteImage, getImage } from '../state/images.ts';
import { listTasks } from '../state/tasks.ts';
import { ConductorKit, type KitHost } from './test-kit.ts';

let kit: ConductorKit;
let one: KitHost;
let imageId: string;
const broken = () => new ExpectedError('libvirt.error', 'it broke');

beforeEach(() => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  imageId = kit.addImage();
});
afterEach(() => kit[Symbol.asyncDispose]());

async function running(): Promise<string> {
  const { id } = kit.create(imageId);
  await kit.runner.idle();
  return id;
}

describe('stop and start', () => {
  it('go there and back', async () => {
    const id = await running();
    kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'stopped', taskState: null, powerState: 'SHUTDOWN' });
    kit.act('instance.start', { instanceId: id }, id, 'powering-on');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, powerState: 'RUNNING' });
    expect(one.fake.domain(id).boots).toBe(2);
  });

  it('that fail leave what the host says, and a fault', async () => {
    const id = await running();
    one.fake.faults.fail('stop', broken());
    const taskId = kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', error: { code: 'libvirt.error' } });
    expect(kit.instance(id)).toMatchObject({
      vmState: 'active',
      taskState: null,
      fault: { step: 'stop', error: { message: 'it broke' } },
    });
    expect(listActions(kit.database, id)[0]).toMatchObject({ result: 'error', message: 'it broke' });
  });

  it('that did their work and failed after it leave what the host says', async () => {
    const id = await running();
    one.fake.faults.fail('stop', broken(), { moment: 'after' });
    kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'stopped', taskState: null, powerState: 'SHUTDOWN' });
  });

  it('of a guest that is gone from its host end in error', async () => {
    const id = await running();
    one.fake.domains.clear();
    kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'error', taskState: null, powerState: 'NOSTATE' });
  });

  it('without the host are refused and leave the state', async () => {
    const id = await running();
    kit.disconnect(one);
    kit.act('instance.stop', { instanceId: id }, id, 'powering-off');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({
      vmState: 'active',
      taskState: null,
      fault: { error: { code: 'host.unavailable' } },
    });
  });
});

describe('a reboot', () => {
  it('soft asks the guest', async () => {
    const id = await running();
    kit.act('instance.reboot', { instanceId: id, type: 'soft' }, id, 'rebooting');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null });
    expect(one.fake.calls.filter((call) => call.endsWith('Reboot'))).toEqual(['softReboot']);
  });

  it('soft becomes hard when the guest does not hear', async () => {
    const id = await running();
    one.fake.domain(id).deaf = true;
    kit.act('instance.reboot', { instanceId: id, type: 'soft' }, id, 'rebooting');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null });
    expect(one.fake.calls.filter((call) => call.endsWith('Reboot'))).toEqual(['softReboot', 'hardReboot']);
    expect(one.fake.domain(id).boots).toBe(2);
  });

  it('hard takes over from a soft one', async () => {
    const id = await running();
    const hang = one.fake.faults.hang('softReboot');
    const soft = kit.act('instance.reboot', { instanceId: id, type: 'soft' }, id, 'rebooting');
    await hang.reached;
    const hanging = one.fake.faults.hang('hardReboot');
    const hard = kit.act('instance.reboot', { instanceId: id, type: 'hard' }, id, 'rebooting_hard');
    await hanging.reached;
    expect(kit.instance(id)).toMatchObject({ taskState: 'rebooting_hard', fault: null });
    hanging.release();
    await kit.runner.idle();
    expect(kit.task(soft).state).toBe('cancelled');
    expect(kit.task(hard).state).toBe('done');
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null });
  });
});

describe('a delete', () => {
  it('leaves nothing but the cached image', async () => {
    const id = await running();
    const taskId = kit.delete(id);
    await kit.runner.idle();
    expect(kit.task(taskId).state).toBe('done');
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
    expect(one.fake.images.size).toBe(1);
    expect(allocationsOf(kit.database, id)).toEqual([]);
    expect(listActions(kit.database, id)[0]).toMatchObject({ action: 'instance.delete', result: 'success' });
  });

  it.each(['uploadImage', 'createRootDisk', 'define', 'start'] as const)(
    'during %s of the build ends the build first',
    async (step) => {
      const hang = one.fake.faults.hang(step);
      const { id, taskId } = kit.create(imageId);
      await hang.reached;
      kit.delete(id);
      await kit.runner.idle();
      expect(kit.task(taskId).state).toBe('cancelled');
      expect(kit.instance(id)).toBeUndefined();
      expect(one.fake.leftovers()).toEqual([]);
      expect(allocationsOf(kit.database, id)).toEqual([]);
    },
  );

  it('in the transaction after the create builds nothing', async () => {
    const { id } = kit.create(imageId);
    kit.delete(id);
    await kit.runner.idle();
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.calls).not.toContain('define');
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('of an instance in error, on no host, just works', async () => {
    one.fake.faults.fail('start', broken());
    const id = await running();
    expect(kit.instance(id)?.vmState).toBe('error');
    kit.delete(id);
    await kit.runner.idle();
    expect(kit.instance(id)).toBeUndefined();
  });

  it('with its host away is refused, and the task state goes back', async () => {
    const id = await running();
    kit.disconnect(one);
    const taskId = kit.delete(id);
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', error: { code: 'host.unavailable' } });
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null });
    kit.connect(one);
    kit.delete(id);
    await kit.runner.idle();
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('asked for twice ends once and well', async () => {
    const id = await running();
    const tasks = [kit.delete(id), kit.delete(id)];
    await kit.runner.idle();
    expect(tasks.map((task) => kit.task(task).state)).toEqual(['done', 'done']);
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('that fails half-way can be asked for again', async () => {
    const id = await running();
    one.fake.faults.fail('removeDisks', broken());
    kit.delete(id);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({
      vmState: 'error',
      taskState: null,
      fault: { step: 'remove_disks' },
    });
    kit.delete(id);
    await kit.runner.idle();
    expect(kit.instance(id)).toBeUndefined();
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('of the last instance over a deleted image takes the copy along', async () => {
    const [first, second] = [await running(), await running()];
    kit.database.write((tx) => deleteImage(tx, imageId));
    kit.delete(first);
    await kit.runner.idle();
    expect(one.fake.images.size).toBe(1);
    kit.delete(second);
    await kit.runner.idle();
    expect(one.fake.images.size).toBe(0);
  });
});

describe('images', () => {
  it('are brought to a host with progress, and once', async () => {
    const steps: number[] = [];
    const seen = kit.database.subscribe((event) => {
      if (event.type === 'task.progress') steps.push(event.value.done);
    });
    const upload = () => kit.enqueueImage('image.upload', { imageId, hostId: one.id }, imageId, one.id);
    const tasks = [upload(), upload()];
    await kit.runner.idle();
    seen[Symbol.dispose]();
    expect(tasks.map((task) => kit.task(task).state)).toEqual(['done', 'done']);
    expect(steps.length).toBeGreaterThan(0);
    expect(getImage(kit.database, imageId)?.cachedOn).toEqual([one.id]);
    expect(one.fake.calls.filter((call) => call === 'uploadImage')).toHaveLength(1);
  });

  it('on a full host fail with a clear error and leave nothing', async () => {
    one.fake.faults.diskFull = true;
    const task = kit.enqueueImage('image.upload', { imageId, hostId: one.id }, imageId, one.id);
    await kit.runner.idle();
    expect(kit.task(task)).toMatchObject({ state: 'failed', error: { code: 'host.disk_full' } });
    expect(one.fake.leftovers()).toEqual([]);
  });

  it('that are new become active and go where they are wanted', async () => {
    const fresh = kit.addImage({}, 'queued');
    kit.enqueueImage('image.create', { imageId: fresh, file: '/some/file', uploadTo: [one.id] }, fresh);
    await kit.runner.idle();
    expect(getImage(kit.database, fresh)).toMatchObject({ status: 'active', cachedOn: [one.id] });
  });

  it('that are deleted leave hosts and list, but not under a guest', async () => {
    const id = await running();
    const two = kit.addHost('two');
    kit.enqueueImage('image.upload', { imageId, hostId: two.id }, imageId, two.id);
    await kit.runner.idle();
    kit.enqueueImage('image.delete', { imageId }, imageId);
    await kit.runner.idle();
    expect(getImage(kit.database, imageId)).toBeUndefined();
    expect(two.fake.images.size).toBe(0);
    expect(one.fake.images.size).toBe(1);
    expect(kit.instance(id)?.vmState).toBe('active');
    expect(listTasks(kit.database).every((task) => task.state === 'done')).toBe(true);
  });

  it('that are deleted take along what an upload left that broke off with the link', async () => {
    one.fake.images.set(imageId, { sha256: 'ab'.repeat(32), size: 500, complete: false });
    kit.enqueueImage('image.delete', { imageId }, imageId);
    await kit.runner.idle();
    expect(one.fake.images.size).toBe(0);
  });

  it('that are deleted while a host is away leave that one when it is back', async () => {
    kit.enqueueImage('image.upload', { imageId, hostId: one.id }, imageId, one.id);
    await kit.runner.idle();
    kit.disconnect(one);
    kit.enqueueImage('image.delete', { imageId }, imageId);
    await kit.runner.idle();
    expect(getImage(kit.database, imageId)).toBeUndefined();
    expect(one.fake.images.size).toBe(1);
    kit.connect(one);
    await kit.runner.idle();
    expect(one.fake.images.size).toBe(0);
    expect(listTasks(kit.database).map((task) => task.state)).toEqual(['done', 'done', 'done']);
  });
});
