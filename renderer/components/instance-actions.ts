import type { Instance } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';

/** The actions that change an instance's power or life; each is one call. */
export const LIFE_ACTIONS = ['start', 'stop', 'reboot', 'reboot_hard', 'delete'] as const;
export type LifeAction = (typeof LIFE_ACTIONS)[number];

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
  delete: {
    one: 'instances.deleteOneTitle',
    many: 'instances.deleteManyTitle',
    text: 'instances.deleteText',
    danger: true,
  },
} as const;

const CALLS = {
  start: (ref: string) => call('instance.start', { ref }),
  stop: (ref: string) => call('instance.stop', { ref }),
  reboot: (ref: string) => call('instance.reboot', { ref, type: 'soft' }),
  reboot_hard: (ref: string) => call('instance.reboot', { ref, type: 'hard' }),
  delete: (ref: string) => call('instance.delete', { ref }),
} satisfies Record<LifeAction, (ref: string) => Promise<unknown>>;

/** Starts the action on every instance; the first refusal is thrown after all were asked. */
export async function perform(action: LifeAction, instances: readonly Instance[]): Promise<void> {
  const answers = await Promise.allSettled(instances.map((instance) => CALLS[action](instance.id)));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
