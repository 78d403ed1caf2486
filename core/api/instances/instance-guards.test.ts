import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../../tests/fakes/api.ts';
import { CAN_ALL } from '../../../tests/fakes/data.ts';
import { FakeHost } from '../../compute/fake/fake-host.ts';
import {
  type Instance,
  type InstanceAction,
  TASK_STATES,
  type TaskState,
  VM_STATES,
  type VmState,
} from '../../contract/index.ts';
import { canDo } from '../../domain/instance-states.ts';
import { updateHost } from '../../state/hosts.ts';
import { type InstanceChange, transition } from '../../state/instance-changes.ts';

const FACTS = new FakeHost().facts;

let api: Api;
let id: string;
let hostId: string;

beforeEach(async () => {
  api = openApi();
  hostId = api.addHost().id;
  api.addImage();
  await api.addFlavor();
  const [accepted] = await api.call('instance.create', { name: 'web', flavor: 'm1.tiny', image: 'tiny' });
  id = accepted?.instance.id ?? '';
  api.database.write((tx) => updateHost(tx, hostId, { facts: { ...FACTS, capabilities: CAN_ALL } }));
});
afterEach(() => api[Symbol.dispose]());

/** By which method each action is asked for. Those that are missing have no method yet: the capability map says so. */
const METHODS: Partial<Record<InstanceAction, readonly [string, object?]>> = {
  start: ['instance.start'],
  stop: ['instance.stop'],
  reboot: ['instance.reboot', { type: 'soft' }],
  reboot_hard: ['instance.reboot', { type: 'hard' }],
  pause: ['instance.pause'],
  unpause: ['instance.unpause'],
  suspend: ['instance.suspend'],
  resume: ['instance.resume'],
  rescue: ['instance.rescue'],
  unrescue: ['instance.unrescue'],
  rebuild: ['instance.rebuild'],
  set_password: ['instance.setPassword', { password: 'x' }],
  crash_dump: ['instance.crashDump'],
  lock: ['instance.lock'],
  unlock: ['instance.unlock'],
  rename: ['instance.set', { name: 'web' }],
  console: ['console.open', { type: 'serial' }],
  diagnostics: ['instance.diagnostics'],
  reset_state: ['instance.resetState', { state: 'error' }],
  soft_delete: ['instance.delete', { soft: true }],
  restore: ['instance.restore'],
  delete: ['instance.delete'],
  force_delete: ['instance.forceDelete'],
};
const ASKED = Object.entries(METHODS) as [InstanceAction, readonly [string, object?]][];

function put(set: InstanceChange): Instance {
  const instance = api.database.write((tx) => transition(tx, id, { set: { hostId, ...set } }));
  if (instance === null) throw new Error('it is gone');
  return instance;
}

/** What a refusal is: one of the guard's codes, with the instance's name, the guard's reason and a way out. */
function refusal(code: string, reason: string) {
  return expect.objectContaining({
    code,
    message: expect.stringContaining(reason),
    remedy: expect.any(String),
  });
}

async function expectRefused(action: InstanceAction, subject: Instance, code: string): Promise<void> {
  const [method, more] = METHODS[action] ?? [''];
  const answer = canDo(action, subject, CAN_ALL);
  if (answer.allowed) throw new Error(`${action} is allowed`);
  const tasks = await api.call('task.list', {});
  await expect(api.raw(method, { ref: id, ...more })).rejects.toEqual(refusal(code, answer.reason));
  await expect(api.raw(method, { ref: id, ...more })).rejects.toThrow('“web”');
  // A refusal changes nothing.
  expect(await api.call('instance.show', { ref: id })).toEqual(subject);
  expect(await api.call('task.list', {})).toEqual(tasks);
}

// A deleted instance is found by nobody, so no guard is asked.
const STATES = VM_STATES.filter((state) => state !== 'deleted');

describe("every guard's refusal", () => {
  it.each(ASKED)('of %s in every state that is not its own', async (action) => {
    for (const vmState of STATES) {
      const subject = put({ vmState, taskState: null });
      if (canDo(action, subject).allowed) continue;
      await expectRefused(action, subject, 'instance.invalid_state');
    }
  });

  it.each(ASKED)('of %s while something else is under way', async (action) => {
    const mayBegin = (state: VmState): boolean =>
      canDo(action, { vmState: state, taskState: null, lock: null, takenOver: null }).allowed;
    const vmState = STATES.find(mayBegin) ?? 'active';
    for (const taskState of TASK_STATES) {
      const subject = put({ vmState, taskState });
      if (canDo(action, subject).allowed) continue;
      await expectRefused(action, subject, 'instance.invalid_state');
    }
  });

  it.each(ASKED)('of %s where it is locked, or taken over', async (action) => {
    const at = '2026-01-01T00:00:00.000Z';
    const lock = { by: 'an', at, reason: 'in use' };
    const refused: string[] = [];
    for (const vmState of STATES) {
      const locked = put({ vmState, taskState: null, lock, takenOver: null });
      if (!canDo(action, { ...locked, lock: null }).allowed) continue;
      if (!canDo(action, locked).allowed) await expectRefused(action, locked, 'locked');
      const taken = put({ vmState, lock: null, takenOver: { by: 'an@other', at } });
      if (canDo(action, taken).allowed) continue;
      await expectRefused(action, taken, 'instance.taken_over');
      refused.push(vmState);
    }
    const passes = ['rename', 'delete', 'force_delete'].includes(action);
    expect(refused.length > 0).toBe(!passes);
  });

  it.each(['pause', 'suspend', 'rescue', 'rebuild', 'set_password', 'crash_dump', 'diagnostics'] as const)(
    'of %s on a host whose driver cannot',
    async (action) => {
      const lacks = {
        ...CAN_ALL,
        [{ set_password: 'setPassword', crash_dump: 'crashDump' }[action as string] ?? action]: 'no',
      };
      api.database.write((tx) => updateHost(tx, hostId, { facts: { ...FACTS, capabilities: lacks } }));
      put({ vmState: 'active', taskState: null });
      const [method, more] = METHODS[action] ?? [''];
      await expect(api.raw(method, { ref: id, ...more })).rejects.toEqual(
        refusal('not_supported', 'its host cannot do this'),
      );
    },
  );

  it.each(ASKED.map(([action]) => action))('of %s for one that there is not', async (action) => {
    const [method, more] = METHODS[action] ?? [''];
    await expect(api.raw(method, { ref: 'nobody', ...more })).rejects.toMatchObject({
      code: 'instance.not_found',
      message: expect.stringContaining('nobody'),
    });
  });

  it('covers every action that has a method', () => {
    const without = ['resize', 'confirm_resize', 'revert_resize', 'migrate', 'live_migrate', 'shelve'];
    for (const action of without) expect(METHODS).not.toHaveProperty(action);
  });
});

/** vm_state that it is asked in, and Nova's task state. nova/compute/api.py */
const ACCEPTED: readonly (readonly [InstanceAction, VmState, TaskState | null, string])[] = [
  ['pause', 'active', 'pausing', 'instance.pause'],
  ['unpause', 'paused', 'unpausing', 'instance.unpause'],
  ['suspend', 'active', 'suspending', 'instance.suspend'],
  ['resume', 'suspended', 'resuming', 'instance.resume'],
  ['rescue', 'stopped', 'rescuing', 'instance.rescue'],
  ['unrescue', 'rescued', 'unrescuing', 'instance.unrescue'],
  ['rebuild', 'error', 'rebuilding', 'instance.rebuild'],
  ['crash_dump', 'active', null, 'instance.crashDump'],
  ['soft_delete', 'suspended', 'soft-deleting', 'instance.softDelete'],
  ['restore', 'soft-delete', 'restoring', 'instance.restore'],
  ['force_delete', 'building', 'deleting', 'instance.forceDelete'],
];

describe('what is let in', () => {
  it.each(ACCEPTED)('%s from %s shows %s and is a task', async (action, vmState, taskState, kind) => {
    put({ vmState, taskState: null });
    const [method, more] = METHODS[action] ?? [''];
    const answer = await api.raw(method, { ref: id, ...more });
    expect(answer).toMatchObject({ instance: { vmState, taskState } });
    const task = (await api.call('task.list', {})).find((one) => one.kind === kind);
    // What does without the host is not in its lane.
    const lane = action === 'force_delete' ? 'conductor' : `host:${hostId}`;
    expect(task).toMatchObject({ lane, subject: 'web', instanceId: id });
    const [record] = await api.call('instance.actions', { ref: id });
    expect(record).toMatchObject({ action, user: 'me', requestId: task?.requestId, finishedAt: null });
  });

  it('a forced delete passes a lock', async () => {
    put({
      vmState: 'active',
      taskState: null,
      lock: { by: 'an', at: '2026-01-01T00:00:00.000Z', reason: null },
    });
    expect(await api.call('instance.forceDelete', { ref: id })).toMatchObject({
      instance: { taskState: 'deleting' },
    });
  });
});

describe('two windows at once on one instance', () => {
  const OURS: readonly InstanceAction[] = [
    'stop',
    'reboot',
    'pause',
    'suspend',
    'rescue',
    'rebuild',
    'soft_delete',
  ];
  const pairs = OURS.flatMap((one) => OURS.map((other) => [one, other] as const));
  const ask = (action: InstanceAction) => {
    const [method, more] = METHODS[action] ?? [''];
    return api.raw(method, { ref: id, ...more });
  };

  it.each(pairs)(
    '%s and %s: one is let in, the other is told why not, and one task is made',
    async (one, other) => {
      // Building it is a task, too.
      const before = (await api.call('task.list', {})).length;
      put({ vmState: 'active', taskState: null });
      const results = await Promise.allSettled([ask(one), ask(other)]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const [reason] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(reason).toEqual(refusal('instance.invalid_state', 'busy: '));
      expect(await api.call('task.list', {})).toHaveLength(before + 1);
    },
  );
});
