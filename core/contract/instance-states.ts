import { z } from 'zod';
import { Name } from './common.ts';

/** Stable state. nova/compute/vm_states.py */
export const VM_STATES = [
  'building',
  'active',
  'paused',
  'suspended',
  'stopped',
  'rescued',
  'resized',
  'soft-delete',
  'deleted',
  'error',
  'shelved',
  'shelved_offloaded',
] as const;
export const VmState = z.enum(VM_STATES);
export type VmState = z.infer<typeof VmState>;

/** What is in flight; null when idle. nova/compute/task_states.py */
export const TASK_STATES = [
  'scheduling',
  'block_device_mapping',
  'networking',
  'spawning',
  'image_snapshot_pending',
  'image_snapshot',
  'image_pending_upload',
  'image_uploading',
  'image_backup',
  'updating_password',
  'resize_prep',
  'resize_migrating',
  'resize_migrated',
  'resize_finish',
  'resize_reverting',
  'resize_confirming',
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'pausing',
  'unpausing',
  'suspending',
  'resuming',
  'powering-off',
  'powering-on',
  'rescuing',
  'unrescuing',
  'rebuilding',
  'rebuild_block_device_mapping',
  'rebuild_spawning',
  'migrating',
  'deleting',
  'soft-deleting',
  'restoring',
  'shelving',
  'shelving_image_pending_upload',
  'shelving_image_uploading',
  'shelving_offloading',
  'unshelving',
] as const;
export const TaskState = z.enum(TASK_STATES);
export type TaskState = z.infer<typeof TaskState>;

/** nova/compute/power_state.py: NOSTATE 0, RUNNING 1, PAUSED 3, SHUTDOWN 4, CRASHED 6, SUSPENDED 7 */
export const PowerState = z.enum(['NOSTATE', 'RUNNING', 'PAUSED', 'SHUTDOWN', 'CRASHED', 'SUSPENDED']);
export type PowerState = z.infer<typeof PowerState>;

/** The status a user sees, a function of vm_state and task_state. `_STATE_MAP` in nova/api/openstack/common.py */
export const InstanceStatus = z.enum([
  'BUILD',
  'ACTIVE',
  'PAUSED',
  'SUSPENDED',
  'SHUTOFF',
  'RESCUE',
  'RESIZE',
  'VERIFY_RESIZE',
  'REVERT_RESIZE',
  'SOFT_DELETED',
  'DELETED',
  'ERROR',
  'SHELVED',
  'SHELVED_OFFLOADED',
  'REBOOT',
  'HARD_REBOOT',
  'REBUILD',
  'PASSWORD',
  'MIGRATING',
  'UNKNOWN',
]);
export type InstanceStatus = z.infer<typeof InstanceStatus>;

/** Everything that a guard speaks of, in the order of a menu. */
export const INSTANCE_ACTIONS = [
  'start',
  'stop',
  'reboot',
  'reboot_hard',
  'pause',
  'unpause',
  'suspend',
  'resume',
  'rescue',
  'unrescue',
  'rebuild',
  'set_password',
  'crash_dump',
  'resize',
  'confirm_resize',
  'revert_resize',
  'migrate',
  'live_migrate',
  'evacuate',
  'shelve',
  'shelve_offload',
  'unshelve',
  'snapshot',
  'backup',
  'attach_volume',
  'detach_volume',
  'attach_interface',
  'detach_interface',
  'lock',
  'unlock',
  'rename',
  'console',
  'diagnostics',
  'reset_state',
  'release',
  'soft_delete',
  'restore',
  'delete',
  'force_delete',
] as const;
export const InstanceAction = z.enum(INSTANCE_ACTIONS);
export type InstanceAction = z.infer<typeof InstanceAction>;

/** Nova's rule for tags: at most 50 of at most 60 characters, without comma and slash. nova/api/validation/parameter_types.py */
export const Tag = Name.max(60, 'must be at most 60 characters').refine(
  (tag) => !/[,/]/.test(tag),
  'must not contain a comma or a slash',
);
export const Tags = z
  .array(Tag)
  .max(50, 'must be at most 50 tags')
  .refine((tags) => new Set(tags).size === tags.length, 'must not name a tag twice');

/** A DNS label, as the guest gets it at its first boot. */
export const Hostname = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a host name: letters, digits and hyphens, at most 63',
  );

/** Hints are kept as they were given; one that no filter reads has no effect. nova/api/openstack/compute/schemas/servers.py */
export const SchedulerHints = z
  .record(Name, z.union([z.string().max(65_535), z.array(z.string().max(65_535)).max(128)]))
  .refine((hints) => Object.keys(hints).length <= 128, 'must have at most 128 items');
export type SchedulerHints = z.infer<typeof SchedulerHints>;
