import { z } from 'zod';
import { InstanceAddress, Uuid } from '../contract/index.ts';

const OneInstance = z.strictObject({ instanceId: Uuid });

const Deletion = z.strictObject({
  instanceId: Uuid,
  /** its host is not waited for: an evacuation gave it up, or nothing is done on it */
  withoutHost: z.literal(true).optional(),
  /** another Micronova has its guest, and only the row goes */
  forget: z.literal(true).optional(),
});

/** Whose mark a takeover expects to find; null: nobody's. */
const ExpectedMark = z.strictObject({ controlId: Uuid, generation: z.number().int() }).nullable();

/** Every kind of task, and what its row carries as input. What was stored is parsed again before it is believed. */
export const TASK_KINDS = {
  'instance.create': OneInstance,
  'instance.delete': Deletion,
  'instance.start': OneInstance,
  'instance.stop': OneInstance,
  /** Defines its guest again as it was last agreed to. */
  'instance.redefine': OneInstance,
  'instance.reboot': z.strictObject({ instanceId: Uuid, type: z.enum(['soft', 'hard']) }),
  'instance.pause': OneInstance,
  'instance.unpause': OneInstance,
  'instance.suspend': OneInstance,
  'instance.resume': OneInstance,
  'instance.rescue': z.strictObject({ instanceId: Uuid, imageId: Uuid }),
  'instance.unrescue': OneInstance,
  'instance.rebuild': z.strictObject({ instanceId: Uuid, imageId: Uuid }),
  'instance.crashDump': OneInstance,
  'instance.softDelete': OneInstance,
  'instance.restore': OneInstance,
  /** A delete that does without the host where that one is away. */
  'instance.forceDelete': Deletion,
  'instance.evacuate': z.strictObject({
    instanceId: Uuid,
    /** the host that is gone */
    from: Uuid,
    /** the host that was asked for; null: the scheduler picks */
    to: Uuid.nullable(),
    /** what it had there, should it have to go back */
    addresses: z.array(InstanceAddress),
    /** its disks were found on the new host, which shares the storage of the old one; null: nobody has looked yet */
    keepsDisks: z.boolean().nullable().default(null),
  }),
  /** What could not be taken down on a host because it was away: done when it is back. */
  'instance.cleanup': z.strictObject({
    instanceId: Uuid,
    hostId: Uuid,
    mac: z.string(),
    /** its disks are not ours to remove */
    adopted: z.literal(true).optional(),
    /** deleted images whose copies only this guest's disks have kept there */
    images: z.array(Uuid).optional(),
    /** the disks lie on storage that the instance's new host shares, and are in use there */
    keepDisks: z.boolean().default(false),
  }),
  /** Writes the mark on the guest anew, once the host is there. */
  'instance.describe': z.strictObject({ instanceId: Uuid, hostId: Uuid }),
  'instance.adopt': z.strictObject({ instanceId: Uuid, expected: ExpectedMark }),
  'instance.take_over': z.strictObject({ instanceId: Uuid, expected: ExpectedMark }),
  'instance.release': OneInstance,
  /** Rebuilds what the domains of a lost Micronova tell of. */
  'recovery.run': z.strictObject({ controlId: z.string() }),
  /** Brings an image back from the host's copy. */
  'image.fetch': z.strictObject({ imageId: Uuid, hostId: Uuid }),
  'image.create': z.strictObject({
    imageId: Uuid,
    /** absolute path on the desktop */
    file: z.string(),
    /** hosts that get their copy as soon as the image is active */
    uploadTo: z.array(Uuid).default([]),
  }),
  'image.upload': z.strictObject({ imageId: Uuid, hostId: Uuid }),
  'image.delete': z.strictObject({ imageId: Uuid }),
  /** A copy on a host that was away when its image was deleted. */
  'image.cleanup': z.strictObject({ imageId: Uuid, hostId: Uuid }),
} satisfies Record<string, z.ZodType>;

export type TaskKind = keyof typeof TASK_KINDS;
export type TaskInput<K extends TaskKind> = z.input<(typeof TASK_KINDS)[K]>;

export function isTaskKind(kind: string): kind is TaskKind {
  return Object.hasOwn(TASK_KINDS, kind);
}

/** Where a task waits its turn: the conductor, the image store, or one host. */
export type Lane = 'conductor' | 'image' | `host:${string}`;

export function hostLane(hostId: string): Lane {
  return `host:${hostId}`;
}

export function isHostLane(lane: Lane): boolean {
  return lane.startsWith('host:');
}

export function isLane(lane: string): lane is Lane {
  return lane === 'conductor' || lane === 'image' || lane.startsWith('host:');
}

/**
 * Not asked for again as a task: an instance that could not be built is deleted, and another one asked for; whose a guest
 * is, and how it is defined, is looked at anew first.
 */
const NOT_AGAIN: readonly TaskKind[] = [
  'instance.create',
  'instance.adopt',
  'instance.take_over',
  'instance.redefine',
];

export function isRetryable(kind: TaskKind): boolean {
  return !NOT_AGAIN.includes(kind);
}

/** Begins only once its host is connected; all others begin at once, and fail with `host.unavailable`. */
export function waitsForHost(kind: string): boolean {
  return kind === 'instance.cleanup' || kind === 'image.cleanup' || kind === 'instance.describe';
}

/** What a hard reboot need not wait for: the states in which it may be asked for. nova/compute/task_states.py ALLOW_REBOOT */
const BEFORE_REBOOT = ['reboot', 'pause', 'unpause', 'suspend', 'resume'].map((name) => `instance.${name}`);

/** Has an earlier task of the same thing cancelled, whether or not a person could. Otherwise it waits for it. */
export function supersedes(kind: string, other: string): boolean {
  if (kind === 'instance.reboot') return BEFORE_REBOOT.includes(other);
  if (kind === 'instance.forceDelete') return kind !== other;
  if (kind === 'instance.evacuate')
    return !['instance.evacuate', 'instance.delete', 'instance.forceDelete'].includes(other);
  return (kind === 'instance.delete' || kind === 'image.delete') && kind !== other;
}
