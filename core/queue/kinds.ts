import { z } from 'zod';
import { Uuid } from '../contract/index.ts';

const OneInstance = z.strictObject({ instanceId: Uuid });

/** Every kind of task, and what its row carries as input. What was stored is parsed again before it is believed. */
export const TASK_KINDS = {
  'instance.create': OneInstance,
  'instance.delete': OneInstance,
  'instance.start': OneInstance,
  'instance.stop': OneInstance,
  'instance.reboot': z.strictObject({ instanceId: Uuid, type: z.enum(['soft', 'hard']) }),
  'image.create': z.strictObject({
    imageId: Uuid,
    /** absolute path on the desktop */
    file: z.string(),
    /** hosts that get their copy as soon as the image is active */
    uploadTo: z.array(Uuid).default([]),
  }),
  'image.upload': z.strictObject({ imageId: Uuid, hostId: Uuid }),
  'image.delete': z.strictObject({ imageId: Uuid }),
} satisfies Record<string, z.ZodType>;

export type TaskKind = keyof typeof TASK_KINDS;
export type TaskInput<K extends TaskKind> = z.input<(typeof TASK_KINDS)[K]>;
export type ParsedTaskInput<K extends TaskKind> = z.output<(typeof TASK_KINDS)[K]>;

export function isTaskKind(kind: string): kind is TaskKind {
  return Object.hasOwn(TASK_KINDS, kind);
}

/** Where a task waits its turn: the conductor, the image store, or one host. */
export type Lane = 'conductor' | 'image' | `host:${string}`;

export function hostLane(hostId: string): Lane {
  return `host:${hostId}`;
}
