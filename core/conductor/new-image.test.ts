import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { updateImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';
import { ConductorKit, hastyClock, type KitHost } from './test-kit.ts';

const GIB = 1024 ** 3;
let kit: ConductorKit;
let one: KitHost;
let imageId: string;
let id: string;

beforeEach(async () => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  imageId = kit.addImage();
  const flavor = { id: '1', name: 'as-image', vcpus: 1, ram: 512, disk: 0, ephemeral: 0, swap: 0 };
  const rest = { isPublic: true, description: null, extraSpecs: {} };
  id = kit.create(imageId, { flavor: { ...flavor, ...rest } }).id;
  await kit.runner.idle();
  expect(claimed()).toBe(1);
});
afterEach(() => kit[Symbol.asyncDispose]());

/** GiB of disk that the instance holds */
const claimed = () => allocationsOf(kit.database, id)[0]?.resources['DISK_GB'];

function image(gib: number, properties: Record<string, string> = {}): string {
  const other = kit.addImage(properties);
  kit.database.write((tx) => updateImage(tx, other, { virtualSize: gib * GIB }));
  return other;
}

async function rebuild(other: string): Promise<string> {
  const taskId = kit.act('instance.rebuild', { instanceId: id, imageId: other }, id, 'rebuilding');
  await kit.runner.idle();
  return taskId;
}

function expectUntouched(): void {
  expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, imageId });
  expect(one.fake.domain(id)).toMatchObject({ powerState: 'RUNNING', boots: 1 });
  expect(one.fake.disks.get(id)).toMatchObject({ root: imageId });
  expect(claimed()).toBe(1);
}

describe('a rebuild with another image', () => {
  it('claims the disk that this one needs, more or less', async () => {
    for (const gib of [5, 2]) {
      expect(kit.task(await rebuild(image(gib))).state).toBe('done');
      expect(claimed()).toBe(gib);
    }
  });

  it.each([
    [{ hw_machine_type: 'virt' }, /the image wants hw_machine_type virt, the host offers pc, q35/],
    [{ 'trait:HW_CPU_X86_AVX512F': 'required' }, /has no trait HW_CPU_X86_AVX512F/],
  ])('that the host cannot run (%j) is refused before anything is lost', async (properties, words) => {
    const taskId = await rebuild(image(1, properties));
    expect(kit.task(taskId)).toMatchObject({
      state: 'failed',
      error: { code: 'not_supported', message: expect.stringMatching(words) },
    });
    expectUntouched();
  });

  it('for which there is no room is refused before anything is lost', async () => {
    const taskId = await rebuild(image(100_000));
    expect(kit.task(taskId).error).toMatchObject({ code: 'placement.no_capacity' });
    expectUntouched();
  });

  it('ends a rescue that somebody has reset', async () => {
    const rescue = { imageId, imageName: 'tiny', from: 'active' } as const;
    kit.database.write((tx) => transition(tx, id, { set: { rescue } }));
    expect(kit.task(await rebuild(image(1))).state).toBe('done');
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', rescueImageName: null });
  });

  it('that fails holds what the image that it has by then takes', async () => {
    one.fake.faults.fail('destroy', new ExpectedError('libvirt.error', 'it broke'));
    await rebuild(image(5));
    expect(claimed()).toBe(1);
    const other = image(5);
    one.fake.faults.fail('createRootDisk', new ExpectedError('libvirt.error', 'it broke'));
    await rebuild(other);
    expect(kit.instance(id)).toMatchObject({ imageId: other });
    expect(claimed()).toBe(5);
  });
});

describe('an image that is on its way', () => {
  it.each([
    ['instance.rescue', 'rescuing'],
    ['instance.rebuild', 'rebuilding'],
  ] as const)(
    'for %s leaves no half copy on a host that goes away and comes back',
    async (kind, taskState) => {
      await using other = new ConductorKit({ clock: hastyClock() });
      const host = other.addHost('one');
      const [first, second] = [other.addImage(), other.addImage()];
      const { id: instanceId } = other.create(first);
      await other.runner.idle();
      host.fake.faults.once('uploadImage', 'before', () => other.disconnect(host));
      other.act(kind, { instanceId, imageId: second }, instanceId, taskState);
      await other.runner.idle();
      expect(host.fake.images.get(second)).toMatchObject({ complete: false });
      other.connect(host);
      await other.runner.idle();
      expect([...host.fake.images.keys()]).toEqual([first]);
    },
  );
});
