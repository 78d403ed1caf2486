import type { InstanceAction, TaskState } from '../contract/index.ts';
import type { TaskKind } from '../queue/kinds.ts';

export interface Act {
  readonly kind: Extract<TaskKind, `instance.${string}`>;
  /** what the instance shows from the moment at which it is asked for; null: it shows nothing, and stays free */
  readonly taskState: TaskState | null;
  /** may be broken off: then the instance is what its host says it is */
  readonly cancellable?: true;
  /** begins although the host of the instance is away; left out: it is refused, or waits until the host is back */
  readonly withoutHost?: true;
  /** its name in the record, where the guard's is another */
  readonly record?: InstanceAction;
}

/** The actions that are tasks of the instance's host, by the guard that lets them in. Task states: nova/compute/api.py */
export const ACTS = {
  start: { kind: 'instance.start', taskState: 'powering-on' },
  stop: { kind: 'instance.stop', taskState: 'powering-off', cancellable: true },
  reboot: { kind: 'instance.reboot', taskState: 'rebooting', cancellable: true },
  reboot_hard: { kind: 'instance.reboot', taskState: 'rebooting_hard', record: 'reboot' },
  pause: { kind: 'instance.pause', taskState: 'pausing' },
  unpause: { kind: 'instance.unpause', taskState: 'unpausing' },
  suspend: { kind: 'instance.suspend', taskState: 'suspending' },
  resume: { kind: 'instance.resume', taskState: 'resuming' },
  rescue: { kind: 'instance.rescue', taskState: 'rescuing' },
  unrescue: { kind: 'instance.unrescue', taskState: 'unrescuing' },
  rebuild: { kind: 'instance.rebuild', taskState: 'rebuilding' },
  crash_dump: { kind: 'instance.crashDump', taskState: null },
  evacuate: { kind: 'instance.evacuate', taskState: 'rebuilding', withoutHost: true, cancellable: true },
  soft_delete: { kind: 'instance.softDelete', taskState: 'soft-deleting' },
  restore: { kind: 'instance.restore', taskState: 'restoring' },
  release: { kind: 'instance.release', taskState: 'deleting' },
  delete: { kind: 'instance.delete', taskState: 'deleting' },
  force_delete: { kind: 'instance.forceDelete', taskState: 'deleting', withoutHost: true },
} as const satisfies Partial<Record<InstanceAction, Act>>;
export type ActName = keyof typeof ACTS;

export function isActName(name: string): name is ActName {
  return Object.hasOwn(ACTS, name);
}

/** By which guard a waiting task is let in once a person has changed it. */
export function actOf(before: ActName, parameters: Readonly<Record<string, string>>): ActName {
  if (ACTS[before].kind !== 'instance.reboot') return before;
  return parameters['type'] === 'hard' ? 'reboot_hard' : 'reboot';
}
