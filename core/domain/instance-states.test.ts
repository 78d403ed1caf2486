import { describe, expect, it } from 'vitest';
import {
  CAPABILITIES,
  DriverCapabilities,
  INSTANCE_ACTIONS,
  type InstanceAction,
  type InstanceStatus,
  TASK_STATES,
  type TaskState,
  VM_STATES,
  type VmState,
} from '../contract/index.ts';
import { canDo, statusOf } from './instance-states.ts';

/**
 * Nova's table once more, read off its documents and not off ours: from which stable states an action may begin, and in
 * which task states it may nevertheless. `@check_instance_state` in nova/compute/api.py; what Nova has no guard for
 * (lock, console, …) as its API behaves.
 */
const FROM: Readonly<Record<InstanceAction, string>> = {
  start: 'stopped',
  stop: 'active error',
  reboot: 'active',
  reboot_hard: 'active stopped paused suspended error',
  pause: 'active',
  unpause: 'paused',
  suspend: 'active',
  resume: 'suspended',
  rescue: 'active stopped error',
  unrescue: 'rescued',
  rebuild: 'active stopped error',
  set_password: 'active',
  crash_dump: 'active paused rescued resized error',
  resize: 'active stopped',
  confirm_resize: 'resized',
  revert_resize: 'resized',
  migrate: 'active stopped',
  live_migrate: 'active paused',
  evacuate: 'active stopped error',
  shelve: 'active stopped paused suspended',
  shelve_offload: 'shelved',
  unshelve: 'shelved shelved_offloaded',
  snapshot: 'active stopped paused suspended',
  backup: 'active stopped paused suspended',
  attach_volume: 'active paused stopped resized soft-delete shelved shelved_offloaded',
  detach_volume: 'active paused stopped resized soft-delete shelved shelved_offloaded',
  attach_interface: 'active paused stopped',
  detach_interface: 'active paused stopped',
  lock: '*',
  unlock: '*',
  rename: '*',
  console: 'active paused rescued',
  diagnostics: 'active paused rescued error',
  reset_state: '*',
  release: 'active paused stopped',
  soft_delete: 'active stopped paused suspended rescued error',
  restore: 'soft-delete',
  delete: '*',
  force_delete: '*',
};

const WHILE: Partial<Record<InstanceAction, string>> = {
  reboot_hard: 'rebooting reboot_pending reboot_started rebooting_hard resuming unpausing pausing suspending',
  evacuate: '*',
  lock: '*',
  unlock: '*',
  rename: '*',
  console: '*',
  diagnostics: '*',
  reset_state: '*',
  delete: '*',
  force_delete: '*',
};

const LOCKED = 'lock unlock console diagnostics reset_state force_delete';
const GOING = 'rename force_delete';
const OTHERS = 'rename delete force_delete';
const includes = (words: string, word: string): boolean => words === '*' || words.split(' ').includes(word);

const NEEDS: Partial<Record<InstanceAction, (typeof CAPABILITIES)[number]>> = {
  reboot: 'softReboot',
  pause: 'pause',
  unpause: 'pause',
  suspend: 'suspend',
  resume: 'suspend',
  rescue: 'rescue',
  unrescue: 'rescue',
  rebuild: 'rebuild',
  set_password: 'setPassword',
  crash_dump: 'crashDump',
  diagnostics: 'diagnostics',
  resize: 'resize',
  confirm_resize: 'resize',
  revert_resize: 'resize',
  migrate: 'migrate',
  live_migrate: 'migrate',
  evacuate: 'evacuate',
  shelve: 'shelve',
  shelve_offload: 'shelve',
  unshelve: 'shelve',
  snapshot: 'snapshot',
  backup: 'snapshot',
  attach_volume: 'attachVolume',
  detach_volume: 'attachVolume',
  attach_interface: 'attachInterface',
  detach_interface: 'attachInterface',
  release: 'adopt',
};

function expected(action: InstanceAction, vmState: VmState, taskState: TaskState | null): string | null {
  const isGoing = vmState === 'deleted' || (taskState === 'deleting' && vmState !== 'error');
  if (isGoing && !(includes(GOING, action) && vmState !== 'deleted')) return 'deleting';
  if (!includes(FROM[action], vmState)) return 'state';
  if (taskState === null || includes(WHILE[action] ?? '', taskState)) return null;
  return 'busy';
}

const idle = { vmState: 'active', taskState: null, lock: null, takenOver: null } as const;
const lock = { by: 'an', at: '2026-01-01T00:00:00.000Z', reason: 'in use' };
const takenOver = { by: 'an@other', at: '2026-01-01T00:00:00.000Z' };

function why(action: InstanceAction, subject: Parameters<typeof canDo>[1]): string | null {
  const answer = canDo(action, subject);
  return answer.allowed ? null : answer.refusal.why;
}

describe('what may be done', () => {
  it.each(INSTANCE_ACTIONS)('%s is as in Nova from every state and in every task', (action) => {
    for (const vmState of VM_STATES) {
      for (const taskState of [null, ...TASK_STATES]) {
        const at = `${action} from ${vmState} while ${taskState ?? 'idle'}`;
        expect([at, why(action, { ...idle, vmState, taskState })]).toEqual([
          at,
          expected(action, vmState, taskState),
        ]);
      }
    }
  });

  it.each(INSTANCE_ACTIONS)('%s heeds a lock, and who has taken the guest over', (action) => {
    const vmState = VM_STATES.find((state) => includes(FROM[action], state)) ?? 'active';
    expect(why(action, { ...idle, vmState, lock })).toBe(includes(LOCKED, action) ? null : 'locked');
    expect(why(action, { ...idle, vmState, takenOver })).toBe(includes(OTHERS, action) ? null : 'taken_over');
  });

  it.each(INSTANCE_ACTIONS)(
    '%s asks whether the guest was adopted only where it makes guests anew',
    (action) => {
      const vmState = VM_STATES.find((state) => includes(FROM[action], state)) ?? 'active';
      const anew = action === 'rebuild' || action === 'evacuate';
      expect(why(action, { ...idle, vmState, origin: 'adopted' })).toBe(anew ? 'adopted' : null);
    },
  );

  it.each(INSTANCE_ACTIONS)('%s is refused up front where the driver cannot', (action) => {
    const vmState = VM_STATES.find((state) => includes(FROM[action], state)) ?? 'active';
    const needs = NEEDS[action];
    for (const [level, refusal] of [
      ['no', 'not_supported'],
      ['not_yet', 'not_yet'],
    ] as const) {
      const able = Object.fromEntries(CAPABILITIES.map((name) => [name, name === needs ? level : 'yes']));
      const answer = canDo(action, { ...idle, vmState }, DriverCapabilities.parse(able));
      expect(answer.allowed ? null : answer.refusal.why).toBe(needs === undefined ? null : refusal);
    }
  });

  it('says why in words', () => {
    const reason = (action: InstanceAction, subject: object): string => {
      const answer = canDo(action, { ...idle, ...subject });
      return answer.allowed ? '' : answer.reason;
    };
    expect(reason('start', {})).toBe('needs state stopped, is active');
    expect(reason('stop', { taskState: 'pausing' })).toBe('busy: pausing');
    expect(reason('stop', { lock })).toBe('locked by an (in use)');
    expect(reason('stop', { lock: { ...lock, reason: null } })).toBe('locked by an');
    expect(reason('stop', { takenOver })).toBe('another Micronova has taken it over (an@other)');
    expect(reason('stop', { taskState: 'deleting' })).toBe('the instance is being deleted');
  });
});

/** `_STATE_MAP` in nova/api/openstack/common.py, as `vm_state/task_state`. */
const IN_FLIGHT: Readonly<Record<string, InstanceStatus>> = {
  'active/rebooting': 'REBOOT',
  'active/reboot_pending': 'REBOOT',
  'active/reboot_started': 'REBOOT',
  'active/rebooting_hard': 'HARD_REBOOT',
  'active/updating_password': 'PASSWORD',
  'active/rebuilding': 'REBUILD',
  'active/rebuild_block_device_mapping': 'REBUILD',
  'active/rebuild_spawning': 'REBUILD',
  'active/migrating': 'MIGRATING',
  'active/resize_prep': 'RESIZE',
  'active/resize_migrating': 'RESIZE',
  'active/resize_migrated': 'RESIZE',
  'active/resize_finish': 'RESIZE',
  'stopped/resize_prep': 'RESIZE',
  'stopped/resize_migrating': 'RESIZE',
  'stopped/resize_migrated': 'RESIZE',
  'stopped/resize_finish': 'RESIZE',
  'stopped/rebuilding': 'REBUILD',
  'stopped/rebuild_block_device_mapping': 'REBUILD',
  'stopped/rebuild_spawning': 'REBUILD',
  'resized/resize_reverting': 'REVERT_RESIZE',
  'paused/migrating': 'MIGRATING',
  'error/rebuilding': 'REBUILD',
  'error/rebuild_block_device_mapping': 'REBUILD',
  'error/rebuild_spawning': 'REBUILD',
};
const AT_REST: Readonly<Record<VmState, InstanceStatus>> = {
  building: 'BUILD',
  active: 'ACTIVE',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  stopped: 'SHUTOFF',
  rescued: 'RESCUE',
  resized: 'VERIFY_RESIZE',
  'soft-delete': 'SOFT_DELETED',
  deleted: 'DELETED',
  error: 'ERROR',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
};

it.each(VM_STATES)('the status of %s is as Nova derives it', (vmState) => {
  for (const taskState of [null, ...TASK_STATES]) {
    const expectedStatus = IN_FLIGHT[`${vmState}/${taskState}`] ?? AT_REST[vmState];
    expect([taskState, statusOf(vmState, taskState)]).toEqual([taskState, expectedStatus]);
  }
});
