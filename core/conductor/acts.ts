import type { InstanceAction, TaskState } from '../contract/index.ts';
import type { TaskKind } from '../queue/kinds.ts';

interface Act {
  readonly kind: Extract<TaskKind, `instance.${string}`>;
  /** what the instance shows from the moment at which it is asked for; null: it shows nothing, and stays free */
  readonly taskState: TaskState | null;
}

/** The actions that are tasks of the instance's host, by the guard that lets them in. Task states: nova/compute/api.py */
export const ACTS = {
  start: { kind: 'instance.start', taskState: 'powering-on' },
  stop: { kind: 'instance.stop', taskState: 'powering-off' },
  reboot: { kind: 'instance.reboot', taskState: 'rebooting' },
  reboot_hard: { kind: 'instance.reboot', taskState: 'rebooting_hard' },
  pause: { kind: 'instance.pause', taskState: 'pausing' },
  unpause: { kind: 'instance.unpause', taskState: 'unpausing' },
  suspend: { kind: 'instance.suspend', taskState: 'suspending' },
  resume: { kind: 'instance.resume', taskState: 'resuming' },
  rescue: { kind: 'instance.rescue', taskState: 'rescuing' },
  unrescue: { kind: 'instance.unrescue', taskState: 'unrescuing' },
  rebuild: { kind: 'instance.rebuild', taskState: 'rebuilding' },
  crash_dump: { kind: 'instance.crashDump', taskState: null },
  soft_delete: { kind: 'instance.softDelete', taskState: 'soft-deleting' },
  restore: { kind: 'instance.restore', taskState: 'restoring' },
  force_delete: { kind: 'instance.forceDelete', taskState: 'deleting' },
  release: { kind: 'instance.release', taskState: 'deleting' },
  delete: { kind: 'instance.delete', taskState: 'deleting' },
} as const satisfies Partial<Record<InstanceAction, Act>>;
export type ActName = keyof typeof ACTS;
