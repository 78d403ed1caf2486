import { z } from 'zod';
import {
  Description,
  Metadata,
  Name,
  Nothing,
  Ref,
  RefInput,
  Revision,
  TaskRef,
  Timestamp,
  Uuid,
} from './common.ts';
import { ErrorBody } from './errors.ts';
import { Flavor } from './flavors.ts';
import {
  Hostname,
  InstanceStatus,
  PowerState,
  SchedulerHints,
  Tags,
  TaskState,
  VmState,
} from './instance-states.ts';
import { read, write } from './method.ts';
import { Decision, DecisionRecord, Preview } from './scheduling.ts';

export const InstanceAddress = z.strictObject({
  network: z.string(),
  address: z.string(),
  mac: z.string(),
  version: z.union([z.literal(4), z.literal(6)]),
});
export type InstanceAddress = z.infer<typeof InstanceAddress>;

export const Fault = z.strictObject({ at: Timestamp, step: z.string().nullable(), error: ErrorBody });
export type Fault = z.infer<typeof Fault>;

export const InstanceLock = z.strictObject({ by: z.string(), at: Timestamp, reason: z.string().nullable() });

/** Another Micronova has taken the guest over: what is shown here is the past, and nothing can be done with it. */
export const TakenOver = z.strictObject({
  /** name of the other one, as `account@computer` */
  by: z.string(),
  at: Timestamp,
});

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
  description: Description.nullable(),
  tags: Tags,
  projectId: Uuid,
  projectName: z.string(),
  /** the account that asked for it */
  user: z.string(),
  lock: InstanceLock.nullable(),
  /** the server group that it is a member of */
  groupId: Uuid.nullable(),
  groupName: z.string().nullable(),
  hints: SchedulerHints,
  /** the zone that was asked for */
  requestedZone: z.string().nullable(),
  /** of a softly deleted one: when it goes for good */
  reclaimAt: Timestamp.nullable(),
  /** of a rescued one: name of the image that it was rescued with */
  rescueImageName: z.string().nullable(),
  /** `adopted`: somebody else made its guest, and its disks stay when it is deleted */
  origin: z.enum(['launched', 'adopted']),
  takenOver: TakenOver.nullable(),
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

/** What the scheduler must know of a launch beside flavor and image. */
const Where = {
  /** a host's name or id; left out: the scheduler picks */
  host: Ref.optional(),
  /** false: the host that was asked for is taken without asking filters and placement, as Nova's `force_hosts` */
  hostChecks: z.boolean().default(true),
  availabilityZone: Name.optional(),
  /** name or id of a server group */
  group: Ref.optional(),
  hints: SchedulerHints.default({}),
  /** name or id; left out: the project `admin` */
  project: Ref.optional(),
};

export const InstanceCreate = z.strictObject({
  name: Name,
  flavor: Ref,
  image: Ref,
  keyName: Ref.nullable().default(null),
  /** above 1 the names get `-1`, `-2`, … as in Nova */
  count: z.number().int().min(1, 'must be at least 1').max(100, 'must be at most 100').default(1),
  ...Where,
  userData: UserData.optional(),
  metadata: Metadata.default({}),
  description: Description.nullable().default(null),
  tags: Tags.default([]),
});
export type InstanceCreate = z.infer<typeof InstanceCreate>;

/** A request that places something, without what only the guest is told. */
export const LaunchQuestion = InstanceCreate.pick({
  flavor: true,
  image: true,
  count: true,
  host: true,
  hostChecks: true,
  availabilityZone: true,
  group: true,
  hints: true,
  project: true,
  metadata: true,
});
export type LaunchQuestion = z.infer<typeof LaunchQuestion>;

export const Accepted = z.strictObject({ instance: Instance, ...TaskRef.shape });

/** An instance, and what to do while its host is away: refuse, or wait in the host's lane until it is back. */
export const ActInput = z.strictObject({ ref: Ref, whenBack: z.boolean().default(false) });

/** Live figures, as far as the host has them. Sizes in bytes, times in nanoseconds. nova/objects/diagnostics.py */
export const Diagnostics = z.strictObject({
  powerState: PowerState,
  /** seconds since the guest was started; null where not known */
  uptime: z.number().nonnegative().nullable(),
  cpus: z.array(z.strictObject({ id: z.number().int(), time: z.number().nonnegative() })),
  memory: z.strictObject({
    maximum: z.number().nonnegative(),
    used: z.number().nonnegative().nullable(),
    /** what the host spends on it */
    resident: z.number().nonnegative().nullable(),
  }),
  disks: z.array(
    z.strictObject({
      device: z.string(),
      readBytes: z.number().nonnegative(),
      readRequests: z.number().nonnegative(),
      writeBytes: z.number().nonnegative(),
      writeRequests: z.number().nonnegative(),
      capacity: z.number().nonnegative().nullable(),
      allocation: z.number().nonnegative().nullable(),
    }),
  ),
  nics: z.array(
    z.strictObject({
      device: z.string(),
      mac: z.string().nullable(),
      rxBytes: z.number().nonnegative(),
      rxPackets: z.number().nonnegative(),
      rxErrors: z.number().nonnegative(),
      txBytes: z.number().nonnegative(),
      txPackets: z.number().nonnegative(),
      txErrors: z.number().nonnegative(),
    }),
  ),
});
export type Diagnostics = z.infer<typeof Diagnostics>;

const PASSWORD_LENGTH = 256;
/** One line: a guest's `chpasswd` reads lines, and libvirt ends a text at a NUL. */
const OneLine = z
  .string()
  .min(1, 'must not be empty')
  .max(PASSWORD_LENGTH)
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters or line breaks');

export const instanceMethods = {
  'instance.create': write(InstanceCreate, z.array(Accepted)),
  /** What `instance.create` would decide now; claims nothing. */
  'instance.preview': read(LaunchQuestion, Preview),
  /** The decision that put the instance where it is, or failed to. */
  'instance.decision': read(RefInput, Decision.nullable()),
  /** Every decision that was ever taken about it, newest first. */
  'instance.decisions': read(RefInput, z.array(DecisionRecord)),
  'instance.list': read(Nothing, z.array(Instance)),
  'instance.show': read(RefInput, Instance),
  'instance.actions': read(RefInput, z.array(ActionRecord)),
  'instance.set': write(
    z.strictObject({
      ref: Ref,
      name: Name.optional(),
      /** of the row and the config drive of the next rebuild; a running guest keeps the name that it has */
      hostname: Hostname.optional(),
      description: Description.nullable().optional(),
      metadata: Metadata.optional(),
      unsetMetadata: z.array(z.string()).optional(),
      tags: Tags.optional(),
    }),
    Instance,
  ),
  'instance.start': write(ActInput, Accepted),
  'instance.stop': write(ActInput, Accepted),
  'instance.reboot': write(ActInput.extend({ type: z.enum(['soft', 'hard']).default('soft') }), Accepted),
  'instance.pause': write(ActInput, Accepted),
  'instance.unpause': write(ActInput, Accepted),
  'instance.suspend': write(ActInput, Accepted),
  'instance.resume': write(ActInput, Accepted),
  /** Boots from `image` (left out: the instance's own), with the disk attached as it is. */
  'instance.rescue': write(ActInput.extend({ image: Ref.optional() }), Accepted),
  'instance.unrescue': write(ActInput, Accepted),
  /** A new disk from `image` (left out: the same again); name, id, address and key stay. */
  'instance.rebuild': write(
    ActInput.extend({ image: Ref.optional(), userData: UserData.optional() }),
    Accepted,
  ),
  /** By the guest agent, for its administrator's account. The password is kept nowhere. */
  'instance.setPassword': write(
    z.strictObject({
      ref: Ref,
      password: OneLine,
      user: OneLine.refine((name) => !name.includes(':'), 'must not contain a colon').optional(),
    }),
    Instance,
  ),
  /** A non-maskable interrupt: the guest's kernel writes its dump, if it was told to. */
  'instance.crashDump': write(ActInput, Accepted),
  'instance.lock': write(z.strictObject({ ref: Ref, reason: z.string().max(255).optional() }), Instance),
  'instance.unlock': write(RefInput, Instance),
  /** For an administrator who knows better: the state as given, no task in flight; the guest is not touched. */
  'instance.resetState': write(z.strictObject({ ref: Ref, state: z.enum(['active', 'error']) }), Instance),
  'instance.diagnostics': read(RefInput, Diagnostics),
  /** `soft`: off, and kept for the reclaim time of the settings; otherwise for good. */
  'instance.delete': write(ActInput.extend({ soft: z.boolean().default(false) }), Accepted),
  'instance.restore': write(ActInput, Accepted),
  /** At once and in whatever state, locked or not; what lies on a host that is away goes when it is back. */
  'instance.forceDelete': write(RefInput, Accepted),
  /** From a host that is gone to another one: `host`, or the scheduler's pick. */
  'instance.evacuate': write(z.strictObject({ ref: Ref, host: Ref.optional() }), Accepted),
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
