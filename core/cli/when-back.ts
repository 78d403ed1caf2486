import type { Option } from 'commander';
import type { Output } from '../contract/index.ts';
import { Flag, option } from './command-spec.ts';
import type { Context } from './context.ts';
import type { Session } from './session.ts';

/** For every command that acts on an instance's host; `WhenBack` goes into its input. */
export function whenBackOption(): Option {
  return option('--when-back', 'while its host is away, wait until it is back instead of failing');
}

export const WhenBack = { whenBack: Flag };

type Accepted = Output<'instance.start'>;

/** Tells of a task that waits, where one may, and how to have a word in it. */
export async function tellWaiting(
  context: Context,
  session: Session,
  whenBack: boolean,
  accepted: Promise<Accepted>,
): Promise<Accepted> {
  if (!whenBack) return accepted;
  const { instance, taskId } = await accepted;
  const { waitsFor } = await session.call('task.show', { id: taskId });
  if (waitsFor !== null) {
    const host = instance.hostName ?? 'its host';
    context.note(`${instance.name}: waits until ${host} is back. See: micronova task show ${taskId}`);
  }
  return { instance, taskId };
}
