import type { InstanceAction, TaskState } from '../contract/index.ts';
import type { TaskKind } from '../queue/kinds.ts';

interface Act {
  readonly kind: Extract<TaskKind, `instance.${string}`>;
  /** what the instance shows from the moment at which it is asked for */
  readonly taskState: TaskState;
}

/** The actions that are tasks of the instance's host, by the guard that lets them in. Task states: nova/compute/api.py */
export const ACTS = {
  start: { kind: 'instance.start', taskState: 'powering-on' },
  stop: { kind: 'instance.stop', taskState: 'powering-off' },
  reboot: { kind: 'instance.reboot', taskState: 'rebooting' },
  reboot_hard: { kind: 'instance.reboot', taskState: 'rebooting_hard' },
  release: { kind: 'instance.release', taskState: 'deleting' },
  delete: { kind: 'instance.delete', taskState: 'deleting' },
} as const satisfies Partial<Record<InstanceAction, Act>>;
export type ActName = keyof typeof ACTS;
