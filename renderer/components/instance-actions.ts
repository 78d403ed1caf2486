import type { Instance, InstanceAction } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';

/** Actions that are one call without further words. */
export const LIFE_ACTIONS = [
  'start',
  'stop',
  'reboot',
  'reboot_hard',
  'pause',
  'unpause',
  'suspend',
  'resume',
  'unrescue',
  'crash_dump',
  'unlock',
  'release',
  'soft_delete',
  'restore',
  'delete',
  'force_delete',
] as const satisfies readonly InstanceAction[];
export type LifeAction = (typeof LIFE_ACTIONS)[number];

/** Actions that have a form. */
export const FORM_ACTIONS = [
  'rename',
  'rescue',
  'rebuild',
  'set_password',
  'lock',
  'evacuate',
  'reset_state',
] as const satisfies readonly InstanceAction[];
export type FormAction = (typeof FORM_ACTIONS)[number];

export type OfferedAction = LifeAction | FormAction;

export function isFormAction(action: OfferedAction): action is FormAction {
  return FORM_ACTIONS.some((each) => each === action);
}

/** Those that ask first. One is asked about by its name: no plural form, which Vietnamese does not have. */
export const ASK_FIRST = {
  stop: {
    one: 'instances.stopOneTitle',
    many: 'instances.stopManyTitle',
    text: 'instances.stopText',
    danger: false,
  },
  reboot: {
    one: 'instances.rebootOneTitle',
    many: 'instances.rebootManyTitle',
    text: 'instances.rebootText',
    danger: false,
  },
  reboot_hard: {
    one: 'instances.rebootHardOneTitle',
    many: 'instances.rebootHardManyTitle',
    text: 'instances.rebootHardText',
    danger: true,
  },
  crash_dump: {
    one: 'instances.crashDumpOneTitle',
    many: 'instances.crashDumpManyTitle',
    text: 'instances.crashDumpText',
    danger: true,
  },
  release: {
    one: 'instances.releaseOneTitle',
    many: 'instances.releaseManyTitle',
    text: 'instances.releaseText',
    danger: false,
  },
  delete: {
    one: 'instances.deleteOneTitle',
    many: 'instances.deleteManyTitle',
    text: 'instances.deleteText',
    danger: true,
  },
  force_delete: {
    one: 'instances.forceDeleteOneTitle',
    many: 'instances.forceDeleteManyTitle',
    text: 'instances.forceDeleteText',
    danger: true,
  },
} as const satisfies Partial<Record<LifeAction, object>>;
export type AskedAction = keyof typeof ASK_FIRST;

export function asksFirst(action: LifeAction): action is AskedAction {
  return Object.hasOwn(ASK_FIRST, action);
}

type Calls = Record<LifeAction, (ref: string, whenBack: boolean) => Promise<unknown>>;

const CALLS: Calls = {
  start: (ref, whenBack) => call('instance.start', { ref, whenBack }),
  stop: (ref, whenBack) => call('instance.stop', { ref, whenBack }),
  reboot: (ref, whenBack) => call('instance.reboot', { ref, type: 'soft', whenBack }),
  reboot_hard: (ref, whenBack) => call('instance.reboot', { ref, type: 'hard', whenBack }),
  pause: (ref, whenBack) => call('instance.pause', { ref, whenBack }),
  unpause: (ref, whenBack) => call('instance.unpause', { ref, whenBack }),
  suspend: (ref, whenBack) => call('instance.suspend', { ref, whenBack }),
  resume: (ref, whenBack) => call('instance.resume', { ref, whenBack }),
  unrescue: (ref, whenBack) => call('instance.unrescue', { ref, whenBack }),
  crash_dump: (ref, whenBack) => call('instance.crashDump', { ref, whenBack }),
  unlock: (ref) => call('instance.unlock', { ref }),
  release: (ref) => call('instance.release', { ref }),
  soft_delete: (ref, whenBack) => call('instance.delete', { ref, soft: true, whenBack }),
  restore: (ref, whenBack) => call('instance.restore', { ref, whenBack }),
  delete: (ref, whenBack) => call('instance.delete', { ref, whenBack }),
  force_delete: (ref) => call('instance.forceDelete', { ref }),
};

/** What cannot wait for a host in its queue: it concerns the row alone, or is meant for a host that is away. */
const NEVER_WAITS: ReadonlySet<LifeAction> = new Set(['unlock', 'release', 'force_delete']);

export function canWait(action: LifeAction): boolean {
  return !NEVER_WAITS.has(action);
}

/** Starts the action on every instance; the first refusal is thrown after all were asked. */
export async function perform(
  action: LifeAction,
  instances: readonly Instance[],
  whenBack = false,
): Promise<void> {
  const answers = await Promise.allSettled(instances.map((instance) => CALLS[action](instance.id, whenBack)));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * What an instance's menu offers, in groups: of two opposite actions the one that its state calls for. What is offered
 * and not possible now says why.
 */
export function offersOf(instance: Instance, hostAway: boolean): readonly (readonly OfferedAction[])[] {
  const { vmState, lock, origin, hostId } = instance;
  if (vmState === 'soft-delete') return [['restore'], ['force_delete']];
  // Nothing was ever built: there is nothing that could be restored.
  const end: OfferedAction[] =
    hostId === null || vmState === 'building' ? ['delete'] : ['soft_delete', 'force_delete'];
  return [
    [
      vmState === 'stopped' ? 'start' : 'stop',
      'reboot',
      'reboot_hard',
      vmState === 'paused' ? 'unpause' : 'pause',
      vmState === 'suspended' ? 'resume' : 'suspend',
    ],
    [
      vmState === 'rescued' ? 'unrescue' : 'rescue',
      'rebuild',
      'set_password',
      'crash_dump',
      ...(hostAway ? (['evacuate'] as const) : []),
      'reset_state',
    ],
    ['rename', lock === null ? 'lock' : 'unlock', ...(origin === 'adopted' ? (['release'] as const) : [])],
    end,
  ];
}
