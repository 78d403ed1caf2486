import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeStep, FaultMoment } from '../compute/fake/faults.ts';
import type { TaskState, VmState } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { TaskKind } from '../queue/kinds.ts';
import { listActions } from '../state/actions.ts';
import { deleteImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstanceRecord } from '../state/instances.ts';
import { ConductorKit, type KitHost } from './test-kit.ts';

type InstanceKind = Extract<TaskKind, `instance.${string}`>;

let kit: ConductorKit;
let one: KitHost;
let imageId: string;
let otherImage: string;
const broken = () => new ExpectedError('libvirt.error', 'it broke');

beforeEach(() => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  imageId = kit.addImage();
  otherImage = kit.addImage({ os_distro: 'other' });
});
afterEach(() => kit[Symbol.asyncDispose]());

interface Deed {
  readonly kind: InstanceKind;
  readonly taskState: TaskState;
  readonly more?: () => object;
  /** the guest's steps, in order */
  readonly steps: readonly FakeStep[];
  /** what was done before it */
  readonly after?: readonly Deed[];
  readonly vmState: VmState;
  readonly boots: number;
}

const SUSPEND: Deed = {
  kind: 'instance.suspend',
  taskState: 'suspending',
  steps: ['suspend'],
  vmState: 'suspended',
  boots: 1,
};
const PAUSE: Deed = {
  kind: 'instance.pause',
  taskState: 'pausing',
  steps: ['pause'],
  vmState: 'paused',
  boots: 1,
};
const STOP: Deed = {
  kind: 'instance.stop',
  taskState: 'powering-off',
  steps: ['stop'],
  vmState: 'stopped',
  boots: 1,
};
const RESCUE: Deed = {
  kind: 'instance.rescue',
  taskState: 'rescuing',
  more: () => ({ imageId: otherImage }),
  steps: ['uploadImage', 'createRescueDisk', 'stop', 'attachRescueDisk', 'boot'],
  vmState: 'rescued',
  boots: 2,
};
const SOFT_DELETE: Deed = {
  kind: 'instance.softDelete',
  taskState: 'soft-deleting',
  steps: ['stop'],
  vmState: 'soft-delete',
  boots: 1,
};
const RESTORE = { kind: 'instance.restore', taskState: 'restoring' } as const;
const UNRESCUE = { kind: 'instance.unrescue', taskState: 'unrescuing' } as const;
const REBUILD = {
  kind: 'instance.rebuild',
  taskState: 'rebuilding',
  more: () => ({ imageId: otherImage }),
} as const;
const NEW_DISKS: FakeStep[] = [
  'uploadImage',
  'destroy',
  'undefine',
  'removeOwnDisks',
  'createRootDisk',
  'createExtraDisks',
  'writeConfigDrive',
  'define',
];

const DEEDS: readonly Deed[] = [
  PAUSE,
  {
    kind: 'instance.unpause',
    taskState: 'unpausing',
    after: [PAUSE],
    steps: ['unpause'],
    vmState: 'active',
    boots: 1,
  },
  SUSPEND,
  {
    kind: 'instance.resume',
    taskState: 'resuming',
    after: [SUSPEND],
    steps: ['resume'],
    vmState: 'active',
    boots: 1,
  },
  RESCUE,
  { ...RESCUE, after: [STOP] },
  {
    ...UNRESCUE,
    after: [RESCUE],
    steps: ['destroy', 'detachRescueDisk', 'removeRescueDisk', 'boot'],
    vmState: 'active',
    boots: 3,
  },
  {
    ...UNRESCUE,
    after: [STOP, RESCUE],
    steps: ['destroy', 'detachRescueDisk', 'removeRescueDisk'],
    vmState: 'stopped',
    boots: 2,
  },
  { ...REBUILD, steps: [...NEW_DISKS, 'boot'], vmState: 'active', boots: 1 },
  { ...REBUILD, after: [STOP], steps: NEW_DISKS, vmState: 'stopped', boots: 0 },
  SOFT_DELETE,
  { ...RESTORE, after: [SOFT_DELETE], steps: ['start'], vmState: 'active', boots: 2 },
  { ...RESTORE, after: [STOP, SOFT_DELETE], steps: [], vmState: 'stopped', boots: 1 },
  { ...RESTORE, after: [SUSPEND, SOFT_DELETE], steps: [], vmState: 'suspended', boots: 1 },
  { ...RESTORE, after: [RESCUE, SOFT_DELETE], steps: ['start'], vmState: 'rescued', boots: 3 },
];

const named = (deed: Deed): string =>
  `${deed.kind}${deed.after === undefined ? '' : ` after ${deed.after.map(({ kind }) => kind).join(', ')}`}`;

function ask(id: string, { kind, taskState, more }: Deed): string {
  return kit.act(kind, { instanceId: id, ...more?.() }, id, taskState);
}

async function prepared({ after = [] }: Deed): Promise<string> {
  const { id } = kit.create(imageId);
  await kit.runner.idle();
  for (const deed of after) {
    ask(id, deed);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: deed.vmState, taskState: null, fault: null });
  }
  return id;
}

function expectDone(id: string, taskId: string, { vmState, boots }: Deed): void {
  expect(kit.task(taskId)).toMatchObject({ state: 'done', error: null });
  expect(kit.instance(id)).toMatchObject({ vmState, taskState: null, fault: null });
  const domain = one.fake.domain(id);
  const isOn = vmState === 'active' || vmState === 'rescued' || vmState === 'paused';
  expect(domain.powerState === 'SHUTDOWN').toBe(!isOn);
  expect(domain.saved).toBe(vmState === 'suspended');
  expect(domain.rescue).toBe(vmState === 'rescued');
  expect(domain.boots).toBe(boots);
  const rescued = getInstanceRecord(kit.database, id)?.rescue ?? null;
  expect(rescued === null).toBe(vmState !== 'rescued' && !domain.rescue);
  expect(one.fake.disks.get(id)?.rescue).toBe(rescued?.imageId);
  expect(one.fake.domains.size).toBe(1);
  const [action] = listActions(kit.database, id);
  expect(action).toMatchObject({ result: 'success' });
  expect(action?.events.every(({ result }) => result === 'success')).toBe(true);
}

describe('an action', () => {
  it.each(DEEDS.map((deed) => [named(deed), deed] as const))('%s', async (_name, deed) => {
    const id = await prepared(deed);
    one.fake.calls.length = 0;
    const taskId = ask(id, deed);
    await kit.runner.idle();
    expectDone(id, taskId, deed);
    // Looks, and the mark on the guest that tells what became of it.
    const looks: readonly string[] = ['hasImage', 'listGuests', 'definition', 'describe'];
    expect(one.fake.calls.filter((call) => !looks.includes(call) && call !== 'uploadImage')).toEqual(
      deed.steps.filter((step) => step !== 'uploadImage'),
    );
  });
});

const MOMENTS: FaultMoment[] = ['before', 'after'];
const CRASHES = DEEDS.flatMap((deed) =>
  deed.steps
    .filter((step) => step !== 'uploadImage' || !deed.after?.includes(RESCUE))
    .flatMap((step) => MOMENTS.map((moment) => [named(deed), moment, step, deed] as const)),
);

describe('after the death of the process', () => {
  it.each(CRASHES)('%s: %s %s', async (_name, moment, step, deed) => {
    const id = await prepared(deed);
    const hang = one.fake.faults.hang(step, moment);
    const taskId = ask(id, deed);
    await hang.reached;
    await kit.runner.stop();
    kit.disconnect(one);
    kit.startRunner();
    kit.connect(one);
    await kit.runner.idle();
    expectDone(id, taskId, deed);
  });
});

describe('a step that fails', () => {
  // What a delete or a rebuild has thrown away does not come back; what is not on the host is an error then.
  const gone: readonly FakeStep[] = [
    'removeOwnDisks',
    'createRootDisk',
    'createExtraDisks',
    'writeConfigDrive',
    'define',
  ];

  it.each(CRASHES)('%s: %s %s leaves what the host says, and a fault', async (_name, moment, step, deed) => {
    const id = await prepared(deed);
    one.fake.faults.fail(step, broken(), { moment });
    const taskId = ask(id, deed);
    await kit.runner.idle();
    expect(kit.task(taskId)).toMatchObject({ state: 'failed', error: { message: 'it broke' } });
    const instance = kit.instance(id);
    expect(instance).toMatchObject({ taskState: null, fault: { error: { message: 'it broke' } } });
    expect(listActions(kit.database, id)[0]).toMatchObject({ result: 'error', message: 'it broke' });
    const domain = one.fake.domains.get(id);
    if (domain === undefined) {
      expect(deed.kind).toBe('instance.rebuild');
      expect([...gone, 'undefine']).toContain(step);
      expect(instance).toMatchObject({ vmState: 'error', powerState: 'NOSTATE' });
      return;
    }
    const kept = ['rescued', 'soft-delete'].includes(instance?.vmState ?? '');
    const live = domain.saved
      ? 'suspended'
      : { RUNNING: 'active', PAUSED: 'paused' }[domain.powerState as string];
    if (kept) return;
    expect(instance).toMatchObject({ vmState: live ?? 'stopped' });
    expect(domain.rescue).toBe(false);
  });

  it('of a rescue takes all of it back, and the guest runs as before', async () => {
    const id = await prepared(RESCUE);
    one.fake.faults.fail('boot', broken());
    ask(id, RESCUE);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({
      vmState: 'active',
      powerState: 'RUNNING',
      rescueImageName: null,
    });
    expect(one.fake.domain(id)).toMatchObject({ rescue: false, powerState: 'RUNNING' });
    expect(one.fake.disks.get(id)?.rescue).toBeUndefined();
  });

  it('of a rescue that cannot be taken back is a rescue still, and there is a way out', async () => {
    const id = await prepared(RESCUE);
    one.fake.faults.fail('boot', broken());
    one.fake.faults.fail('detachRescueDisk', broken());
    ask(id, RESCUE);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'rescued', fault: { step: 'start' } });
    ask(id, { ...UNRESCUE, steps: [], vmState: 'active', boots: 0 });
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', fault: null, rescueImageName: null });
    expect(one.fake.domain(id).rescue).toBe(false);
  });

  it('of a rebuild leaves an instance that can be rebuilt again', async () => {
    const id = await prepared(SUSPEND);
    one.fake.faults.fail('createRootDisk', broken());
    const rebuild: Deed = { ...REBUILD, steps: [], vmState: 'active', boots: 1 };
    ask(id, rebuild);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'error', imageId: otherImage });
    ask(id, rebuild);
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', fault: null });
  });
});

describe('a rebuild', () => {
  it('keeps name, address and room, and takes the new image and its name', async () => {
    const id = await prepared(PAUSE);
    const before = kit.instance(id);
    kit.database.write((tx) => deleteImage(tx, imageId));
    ask(id, { ...REBUILD, steps: [], vmState: 'active', boots: 1 });
    await kit.runner.idle();
    const after = kit.instance(id);
    expect(after).toMatchObject({ imageId: otherImage, vmState: 'active' });
    for (const key of ['id', 'name', 'hostname', 'addresses', 'keyName', 'hostId', 'createdAt'] as const) {
      expect(after?.[key]).toEqual(before?.[key]);
    }
    expect(one.fake.disks.get(id)?.root).toBe(otherImage);
    // The image that was deleted had its last disk here.
    expect(one.fake.images.has(imageId)).toBe(false);
  });

  it('shows how far it has come', async () => {
    const id = await prepared(PAUSE);
    const seen: (string | null)[] = [];
    const heard = kit.database.subscribe((event) => {
      if (event.type === 'instance.changed' && seen.at(-1) !== event.value.taskState)
        seen.push(event.value.taskState);
    });
    ask(id, { ...REBUILD, steps: [], vmState: 'active', boots: 1 });
    await kit.runner.idle();
    heard[Symbol.dispose]();
    expect(seen).toEqual(['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning', null]);
  });
});

describe('a crash dump', () => {
  it('changes nothing about the instance', async () => {
    const id = await prepared(PAUSE);
    const fault = {
      at: new Date().toISOString(),
      step: null,
      error: { code: 'internal', message: 'x' },
    } as const;
    kit.database.write((tx) => transition(tx, id, { set: { vmState: 'error', fault } }));
    const taskId = kit.act('instance.crashDump', { instanceId: id }, id, null);
    await kit.runner.idle();
    expect(kit.task(taskId).state).toBe('done');
    expect(one.fake.domain(id).log).toContain('NMI');
    expect(kit.instance(id)).toMatchObject({ vmState: 'error', taskState: null, fault });
  });
});

describe('a deleted rescue image', () => {
  it('goes from the host with the rescue, and not before', async () => {
    const id = await prepared({ ...RESCUE, after: [RESCUE] });
    kit.enqueueImage('image.delete', { imageId: otherImage }, otherImage);
    await kit.runner.idle();
    expect(one.fake.images.has(otherImage)).toBe(true);
    ask(id, { ...UNRESCUE, steps: [], vmState: 'active', boots: 0 });
    await kit.runner.idle();
    expect(one.fake.images.has(otherImage)).toBe(false);
    expect(one.fake.images.has(imageId)).toBe(true);
  });

  it('goes from the host with the instance', async () => {
    const id = await prepared({ ...RESCUE, after: [RESCUE] });
    kit.database.write((tx) => deleteImage(tx, otherImage));
    kit.delete(id);
    await kit.runner.idle();
    expect(one.fake.images.has(otherImage)).toBe(false);
    expect(one.fake.leftovers()).toEqual([]);
  });
});

describe('a hard reboot', () => {
  it('takes over from a suspension that hangs, and throws kept memory away', async () => {
    const id = await prepared(PAUSE);
    const hang = one.fake.faults.hang('suspend', 'after');
    ask(id, SUSPEND);
    await hang.reached;
    kit.act('instance.reboot', { instanceId: id, type: 'hard' }, id, 'rebooting_hard');
    await kit.runner.idle();
    expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, fault: null });
    expect(one.fake.domain(id)).toMatchObject({ powerState: 'RUNNING', saved: false, boots: 2 });
  });
});
