import type {
  CAPABILITIES,
  DriverCapabilities,
  Instance,
  InstanceAction,
  InstanceStatus,
  TaskState,
  VmState,
} from '../contract/index.ts';

type Capability = (typeof CAPABILITIES)[number];

interface Guard {
  readonly vmStates: readonly VmState[] | 'any';
  /** `idle`: task_state must be null. A list: null or one of these. */
  readonly taskStates: 'idle' | 'any' | readonly TaskState[];
  /** what the driver of the instance's host must be able to do */
  readonly needs?: Capability;
  /** may be done while a deletion is under way */
  readonly whileDeleting?: true;
  /** may be done to a locked instance; left out: it may not */
  readonly whenLocked?: true;
  /** may be done to an instance that another Micronova has taken over: what concerns the row alone */
  readonly whenTakenOver?: true;
  /** what Micronova makes anew from an image: an adopted guest came from none, and its definition is somebody else's */
  readonly notWhenAdopted?: true;
}

const UNDISTURBED: readonly VmState[] = ['active', 'stopped', 'paused', 'suspended'];
const WITH_VOLUMES: readonly VmState[] = [
  'active',
  'paused',
  'stopped',
  'resized',
  'soft-delete',
  'shelved',
  'shelved_offloaded',
];

/**
 * What may be done now. The API's guard, the command line and the disabled button's tooltip all read this one table.
 * Source: `@check_instance_state` and `@check_instance_lock` in nova/compute/api.py; `ALLOW_REBOOT` in
 * nova/compute/task_states.py.
 */
const GUARDS = {
  start: { vmStates: ['stopped'], taskStates: 'idle' },
  stop: { vmStates: ['active', 'error'], taskStates: 'idle' },
  reboot: { vmStates: ['active'], taskStates: 'idle', needs: 'softReboot' },
  reboot_hard: {
    vmStates: ['active', 'stopped', 'paused', 'suspended', 'error'],
    taskStates: [
      'rebooting',
      'reboot_pending',
      'reboot_started',
      'rebooting_hard',
      'resuming',
      'unpausing',
      'pausing',
      'suspending',
    ],
  },
  pause: { vmStates: ['active'], taskStates: 'idle', needs: 'pause' },
  unpause: { vmStates: ['paused'], taskStates: 'idle', needs: 'pause' },
  suspend: { vmStates: ['active'], taskStates: 'idle', needs: 'suspend' },
  resume: { vmStates: ['suspended'], taskStates: 'idle', needs: 'suspend' },
  rescue: { vmStates: ['active', 'stopped', 'error'], taskStates: 'idle', needs: 'rescue' },
  unrescue: { vmStates: ['rescued'], taskStates: 'idle', needs: 'rescue' },
  rebuild: {
    vmStates: ['active', 'stopped', 'error'],
    taskStates: 'idle',
    needs: 'rebuild',
    notWhenAdopted: true,
  },
  set_password: { vmStates: ['active'], taskStates: 'idle', needs: 'setPassword' },
  crash_dump: {
    vmStates: ['active', 'paused', 'rescued', 'resized', 'error'],
    taskStates: 'idle',
    needs: 'crashDump',
  },
  resize: { vmStates: ['active', 'stopped'], taskStates: 'idle', needs: 'resize' },
  confirm_resize: { vmStates: ['resized'], taskStates: 'idle', needs: 'resize' },
  revert_resize: { vmStates: ['resized'], taskStates: 'idle', needs: 'resize' },
  migrate: { vmStates: ['active', 'stopped'], taskStates: 'idle', needs: 'migrate' },
  live_migrate: { vmStates: ['active', 'paused'], taskStates: 'idle', needs: 'migrate' },
  evacuate: {
    vmStates: ['active', 'stopped', 'error'],
    taskStates: 'any',
    needs: 'evacuate',
    notWhenAdopted: true,
  },
  shelve: { vmStates: UNDISTURBED, taskStates: 'idle', needs: 'shelve' },
  shelve_offload: { vmStates: ['shelved'], taskStates: 'idle', needs: 'shelve' },
  unshelve: { vmStates: ['shelved', 'shelved_offloaded'], taskStates: 'idle', needs: 'shelve' },
  snapshot: { vmStates: UNDISTURBED, taskStates: 'idle', needs: 'snapshot' },
  backup: { vmStates: UNDISTURBED, taskStates: 'idle', needs: 'snapshot' },
  attach_volume: { vmStates: WITH_VOLUMES, taskStates: 'idle', needs: 'attachVolume' },
  detach_volume: { vmStates: WITH_VOLUMES, taskStates: 'idle', needs: 'attachVolume' },
  attach_interface: {
    vmStates: ['active', 'paused', 'stopped'],
    taskStates: 'idle',
    needs: 'attachInterface',
  },
  detach_interface: {
    vmStates: ['active', 'paused', 'stopped'],
    taskStates: 'idle',
    needs: 'attachInterface',
  },
  lock: { vmStates: 'any', taskStates: 'any', whenLocked: true },
  unlock: { vmStates: 'any', taskStates: 'any', whenLocked: true },
  rename: { vmStates: 'any', taskStates: 'any', whileDeleting: true, whenTakenOver: true },
  console: { vmStates: ['active', 'paused', 'rescued'], taskStates: 'any', whenLocked: true },
  diagnostics: {
    vmStates: ['active', 'paused', 'rescued', 'error'],
    taskStates: 'any',
    needs: 'diagnostics',
    whenLocked: true,
  },
  reset_state: { vmStates: 'any', taskStates: 'any', whenLocked: true },
  release: { vmStates: ['active', 'paused', 'stopped'], taskStates: 'idle', needs: 'adopt' },
  soft_delete: {
    vmStates: ['active', 'stopped', 'paused', 'suspended', 'rescued', 'error'],
    taskStates: 'idle',
  },
  restore: { vmStates: ['soft-delete'], taskStates: 'idle' },
  delete: { vmStates: 'any', taskStates: 'any', whenTakenOver: true },
  // The deletion that is under way may be waiting for a host that does not come back.
  force_delete: {
    vmStates: 'any',
    taskStates: 'any',
    whileDeleting: true,
    whenLocked: true,
    whenTakenOver: true,
  },
} satisfies Record<InstanceAction, Guard>;

/** Why a guard said no, in parts, for a client that says it in another language. */
export type Refusal =
  | { readonly why: 'deleting' }
  | { readonly why: 'state'; readonly needs: readonly VmState[]; readonly is: VmState }
  | { readonly why: 'busy'; readonly task: TaskState }
  | { readonly why: 'locked'; readonly by: string; readonly reason: string | null }
  | { readonly why: 'taken_over'; readonly by: string }
  | { readonly why: 'adopted' }
  | { readonly why: 'not_yet' }
  | { readonly why: 'not_supported' };

export type GuardAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly refusal: Refusal };

/** What a guard looks at; an instance is one. */
export type GuardSubject = Pick<Instance, 'vmState' | 'taskState' | 'lock' | 'takenOver'> &
  /** left out: Micronova made it */
  Partial<Pick<Instance, 'origin'>>;

function reasonOf(refusal: Refusal): string {
  switch (refusal.why) {
    case 'deleting':
      return 'the instance is being deleted';
    case 'state':
      return `needs state ${refusal.needs.join(' or ')}, is ${refusal.is}`;
    case 'busy':
      return `busy: ${refusal.task}`;
    case 'locked':
      return `locked by ${refusal.by}${refusal.reason === null ? '' : ` (${refusal.reason})`}`;
    case 'taken_over':
      return `another Micronova has taken it over (${refusal.by})`;
    case 'adopted':
      return 'its guest was adopted: Micronova did not make it, and cannot make it anew';
    case 'not_yet':
      return 'Micronova cannot do this yet';
    case 'not_supported':
    default:
      return 'its host cannot do this';
  }
}

function lackOf({ needs }: Guard, capabilities: DriverCapabilities | null): Refusal | null {
  if (needs === undefined || capabilities === null || capabilities[needs] === 'yes') return null;
  return { why: capabilities[needs] === 'not_yet' ? 'not_yet' : 'not_supported' };
}

function ownershipRefusal(guard: Guard, { lock, takenOver, origin }: GuardSubject): Refusal | null {
  if (takenOver !== null && !guard.whenTakenOver) return { why: 'taken_over', by: takenOver.by };
  if (origin === 'adopted' && guard.notWhenAdopted) return { why: 'adopted' };
  if (lock !== null && !guard.whenLocked) return { why: 'locked', by: lock.by, reason: lock.reason };
  return null;
}

function stateRefusal(
  action: InstanceAction,
  guard: Guard,
  { vmState, taskState }: GuardSubject,
): Refusal | null {
  if (vmState === 'deleted') return { why: 'deleting' };
  if (vmState !== 'error' && taskState === 'deleting' && !guard.whileDeleting) return { why: 'deleting' };
  if (guard.vmStates !== 'any' && !guard.vmStates.includes(vmState)) {
    return { why: 'state', needs: guard.vmStates, is: vmState };
  }
  if (taskState === null || guard.taskStates === 'any') return null;
  if (guard.taskStates !== 'idle' && guard.taskStates.includes(taskState)) return null;
  return { why: 'busy', task: taskState };
}

/**
 * May this be done now, and if not, why? The most lasting reason first: what can never be, then who has it, then how it
 * stands.
 * @param capabilities of the driver of the instance's host; null where it is on none, or not known
 */
export function canDo(
  action: InstanceAction,
  subject: GuardSubject,
  capabilities: DriverCapabilities | null = null,
): GuardAnswer {
  const guard: Guard = GUARDS[action];
  const refusal =
    lackOf(guard, capabilities) ?? ownershipRefusal(guard, subject) ?? stateRefusal(action, guard, subject);
  return refusal === null ? { allowed: true } : { allowed: false, reason: reasonOf(refusal), refusal };
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

type InFlight = Partial<Record<TaskState, InstanceStatus>>;

const REBUILD: InFlight = {
  rebuilding: 'REBUILD',
  rebuild_block_device_mapping: 'REBUILD',
  rebuild_spawning: 'REBUILD',
};
const RESIZE: InFlight = {
  resize_prep: 'RESIZE',
  resize_migrating: 'RESIZE',
  resize_migrated: 'RESIZE',
  resize_finish: 'RESIZE',
};

/** What a task in flight makes of the status, where it makes anything. Source: `_STATE_MAP` in nova/api/openstack/common.py. */
const STATUS_IN_FLIGHT: Partial<Record<VmState, InFlight>> = {
  active: {
    rebooting: 'REBOOT',
    reboot_pending: 'REBOOT',
    reboot_started: 'REBOOT',
    rebooting_hard: 'HARD_REBOOT',
    updating_password: 'PASSWORD',
    migrating: 'MIGRATING',
    ...REBUILD,
    ...RESIZE,
  },
  stopped: { ...RESIZE, ...REBUILD },
  resized: { resize_reverting: 'REVERT_RESIZE' },
  paused: { migrating: 'MIGRATING' },
  error: REBUILD,
};

export function statusOf(vmState: VmState, taskState: TaskState | null): InstanceStatus {
  const inFlight = taskState === null ? undefined : STATUS_IN_FLIGHT[vmState]?.[taskState];
  return inFlight ?? STATUS[vmState];
}
