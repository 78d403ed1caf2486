import { z } from 'zod';
import { Metadata, Name, Nothing, Ref, RefInput, Revision, TaskRef, Timestamp, Uuid } from './common.ts';
import { ErrorBody } from './errors.ts';
import { Flavor } from './flavors.ts';
import { read, write } from './method.ts';

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
  'powering-off',
  'powering-on',
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'deleting',
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

export const INSTANCE_ACTIONS = [
  'start',
  'stop',
  'reboot',
  'reboot_hard',
  'delete',
  'rename',
  'console',
] as const;
export const InstanceAction = z.enum(INSTANCE_ACTIONS);
export type InstanceAction = z.infer<typeof InstanceAction>;

export const InstanceAddress = z.strictObject({
  network: z.string(),
  address: z.string(),
  mac: z.string(),
  version: z.union([z.literal(4), z.literal(6)]),
});
export type InstanceAddress = z.infer<typeof InstanceAddress>;

export const Fault = z.strictObject({ at: Timestamp, step: z.string().nullable(), error: ErrorBody });
export type Fault = z.infer<typeof Fault>;

export const Instance = z.strictObject({
  id: Uuid,
  name: Name,
  hostname: z.string(),
  vmState: VmState,
  taskState: TaskState.nullable(),
  powerState: PowerState,
  status: InstanceStatus,
  /** the copy of the flavor that it was built with */
  flavor: Flavor.omit({ createdAt: true, revision: true }),
  imageId: Uuid.nullable(),
  imageName: z.string().nullable(),
  keyName: z.string().nullable(),
  hostId: Uuid.nullable(),
  hostName: z.string().nullable(),
  addresses: z.array(InstanceAddress),
  metadata: Metadata,
  hasUserData: z.boolean(),
  /** libvirt's name of the domain */
  domainName: z.string(),
  fault: Fault.nullable(),
  launchedAt: Timestamp.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  /** when what is shown here was last confirmed by the host */
  seenAt: Timestamp.nullable(),
  revision: Revision,
});
export type Instance = z.infer<typeof Instance>;

/** One step of an instance action. nova: instance_actions_events */
export const ActionEvent = z.strictObject({
  name: z.string(),
  host: z.string().nullable(),
  startedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
  result: z.enum(['success', 'error', 'undone']).nullable(),
  detail: z.string().nullable(),
});
export type ActionEvent = z.infer<typeof ActionEvent>;
export const ActionRecord = z.strictObject({
  requestId: z.string(),
  instanceId: Uuid,
  action: z.string(),
  user: z.string(),
  startedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
  result: z.enum(['success', 'error', 'cancelled']).nullable(),
  message: z.string().nullable(),
  events: z.array(ActionEvent),
});
export type ActionRecord = z.infer<typeof ActionRecord>;

/** base64 of at most 65,535 bytes, as Nova takes it */
const UserData = z
  .string()
  .max(65_535, 'must be at most 65,535 bytes once encoded as base64')
  .regex(/^[A-Za-z0-9+/\r\n]*={0,2}\s*$/, 'must be base64');

export const InstanceCreate = z.strictObject({
  name: Name,
  flavor: Ref,
  image: Ref,
  keyName: Ref.nullable().default(null),
  /** above 1 the names get `-1`, `-2`, … as in Nova */
  count: z.number().int().min(1, 'must be at least 1').max(100, 'must be at most 100').default(1),
  /** a host's name or id; left out: the scheduler picks */
  host: Ref.optional(),
  userData: UserData.optional(),
  metadata: Metadata.default({}),
});
export type InstanceCreate = z.infer<typeof InstanceCreate>;

export const Accepted = z.strictObject({ instance: Instance, ...TaskRef.shape });

export const HostVerdict = z.strictObject({
  hostId: Uuid,
  hostName: z.string(),
  accepted: z.boolean(),
  /** the filter (or `placement`) that refused */
  filter: z.string().nullable(),
  reason: z.string().nullable(),
  weight: z.number().nullable(),
  weighers: z.array(
    z.strictObject({ name: z.string(), raw: z.number(), normalized: z.number(), multiplier: z.number() }),
  ),
});
export type HostVerdict = z.infer<typeof HostVerdict>;

/** A scheduler's decision, with its reasons. */
export const Decision = z.strictObject({
  selected: Uuid.nullable(),
  alternates: z.array(Uuid),
  /** best first, then the refused ones */
  hosts: z.array(HostVerdict),
  /** how many hosts each filter left */
  counts: z.array(z.strictObject({ filter: z.string(), before: z.number().int(), after: z.number().int() })),
});
export type Decision = z.infer<typeof Decision>;

/** What would become of a request for one instance or several, judged one after the other. */
export const Preview = z.strictObject({
  /** of the first one */
  ...Decision.shape,
  /** how many of them would find room */
  fitting: z.number().int().nonnegative(),
  /** where they would go */
  placements: z.array(
    z.strictObject({ hostId: Uuid, hostName: z.string(), instances: z.number().int().positive() }),
  ),
  /** why the next one would not, with every host's reason; null when there is room for all */
  shortfall: ErrorBody.nullable(),
});
export type Preview = z.infer<typeof Preview>;

export const instanceMethods = {
  'instance.create': write(InstanceCreate, z.array(Accepted)),
  /** What `instance.create` would decide now; claims nothing. */
  'instance.preview': read(
    InstanceCreate.pick({ flavor: true, image: true, host: true, count: true }),
    Preview,
  ),
  /** The decision that put the instance where it is, or failed to. */
  'instance.decision': read(RefInput, Decision.nullable()),
  'instance.list': read(Nothing, z.array(Instance)),
  'instance.show': read(RefInput, Instance),
  'instance.actions': read(RefInput, z.array(ActionRecord)),
  'instance.delete': write(RefInput, Accepted),
  'instance.start': write(RefInput, Accepted),
  'instance.stop': write(RefInput, Accepted),
  'instance.reboot': write(
    z.strictObject({ ref: Ref, type: z.enum(['soft', 'hard']).default('soft') }),
    Accepted,
  ),
  'instance.set': write(
    z.strictObject({
      ref: Ref,
      name: Name.optional(),
      metadata: Metadata.optional(),
      unsetMetadata: z.array(z.string()).optional(),
    }),
    Instance,
  ),
  /** The live domain XML, without secrets. */
  'instance.xml': read(RefInput, z.strictObject({ xml: z.string() })),
  /** The end of the serial log; `offset` continues a follow where the last answer ended. */
  'instance.consoleLog': read(
    z.strictObject({
      ref: Ref,
      lines: z.number().int().min(1).max(100_000).optional(),
      offset: z.number().int().nonnegative().optional(),
    }),
    z.strictObject({ text: z.string(), nextOffset: z.number().int().nonnegative() }),
  ),
};
