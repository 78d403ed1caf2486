import type { Instance, InstanceAction } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { canDo } from '../domain/instance-states.ts';
import type { Reader } from '../state/database.ts';
import { findInstances } from '../state/instances.ts';
import { resolveOne } from './resolve.ts';

export function findInstance(reader: Reader, ref: string): Instance {
  return resolveOne(findInstances(reader, ref), ref, { what: 'instance', notFound: 'instance.not_found' });
}

/** @throws ExpectedError `instance.invalid_state` with the reason that the disabled button shows, too */
export function checkState(instance: Instance, action: InstanceAction): void {
  const answer = canDo(action, instance);
  if (answer.allowed) return;
  throw new ExpectedError(
    'instance.invalid_state',
    `“${instance.name}” cannot do ${action.replace('_', ' ')} now: ${answer.reason}.`,
    {
      remedy: 'Wait until what is under way has ended, or bring it into the state that is needed.',
      details: { action, vmState: instance.vmState, taskState: instance.taskState },
    },
  );
}

/** @throws ExpectedError `instance.no_console` when it is on no host */
export function hostOf(instance: Instance): string {
  if (instance.hostId !== null) return instance.hostId;
  throw new ExpectedError('instance.no_console', `“${instance.name}” is on no host.`, {
    remedy: 'It has not been built, or its build has failed: see its actions.',
  });
}
