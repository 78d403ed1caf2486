import type { InstanceAction, InstanceStatus, TaskState, VmState } from '../contract/index.ts';

interface Guard {
  readonly vmStates: readonly VmState[] | 'any';
  /** `idle`: task_state must be null. A list: null or one of these. */
  readonly taskStates: 'idle' | 'any' | readonly TaskState[];
}

/**
 * What may be done now. The API's guard, the command line and the disabled button's tooltip all read this one table.
 * Source: `@check_instance_state` in nova/compute/api.py.
 */
const GUARDS = {
  start: { vmStates: ['stopped'], taskStates: 'idle' },
  stop: { vmStates: ['active', 'error'], taskStates: 'idle' },
  reboot: { vmStates: ['active'], taskStates: 'idle' },
  reboot_hard: {
    vmStates: ['active', 'stopped', 'paused', 'suspended', 'error'],
    taskStates: ['rebooting', 'reboot_pending', 'reboot_started', 'rebooting_hard'],
  },
  delete: { vmStates: 'any', taskStates: 'any' },
  rename: { vmStates: 'any', taskStates: 'any' },
  console: { vmStates: ['active', 'paused', 'rescued'], taskStates: 'any' },
} satisfies Record<InstanceAction, Guard>;

/** Why a guard said no, in parts, for a client that says it in another language. */
export type Refusal =
  | { readonly why: 'deleting' }
  | { readonly why: 'state'; readonly needs: readonly VmState[]; readonly is: VmState }
  | { readonly why: 'busy'; readonly task: TaskState };

export type GuardAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly refusal: Refusal };

const REASONS = {
  deleting: () => 'the instance is being deleted',
  state: (refusal: Extract<Refusal, { why: 'state' }>) =>
    `needs state ${refusal.needs.join(' or ')}, is ${refusal.is}`,
  busy: (refusal: Extract<Refusal, { why: 'busy' }>) => `busy: ${refusal.task}`,
};

export function canDo(action: InstanceAction, vmState: VmState, taskState: TaskState | null): GuardAnswer {
  const guard: Guard = GUARDS[action];
  if (vmState === 'deleted' || (vmState !== 'error' && taskState === 'deleting' && action !== 'rename')) {
    return { allowed: false, reason: REASONS.deleting(), refusal: { why: 'deleting' } };
  }
  if (guard.vmStates !== 'any' && !guard.vmStates.includes(vmState)) {
    const refusal = { why: 'state', needs: guard.vmStates, is: vmState } as const;
    return { allowed: false, reason: REASONS.state(refusal), refusal };
  }
  if (taskState === null || guard.taskStates === 'any') return { allowed: true };
  if (guard.taskStates === 'idle' || !guard.taskStates.includes(taskState)) {
    const refusal = { why: 'busy', task: taskState } as const;
    return { allowed: false, reason: REASONS.busy(refusal), refusal };
  }
  return { allowed: true };
}

const STATUS = {
  active: 'ACTIVE',
  building: 'BUILD',
  stopped: 'SHUTOFF',
  resized: 'VERIFY_RESIZE',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  rescued: 'RESCUE',
  error: 'ERROR',
  deleted: 'DELETED',
  'soft-delete': 'SOFT_DELETED',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
} satisfies Record<VmState, InstanceStatus>;

/** Source: `_STATE_MAP` in nova/api/openstack/common.py. */
export function statusOf(vmState: VmState, taskState: TaskState | null): InstanceStatus {
  const soft = taskState === 'rebooting' || taskState === 'reboot_pending' || taskState === 'reboot_started';
  if (vmState === 'active' && soft) return 'REBOOT';
  if (taskState === 'rebooting_hard' && vmState !== 'building') return 'HARD_REBOOT';
  return STATUS[vmState];
}
