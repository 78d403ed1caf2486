import type { ErrorCode, Instance, InstanceAction } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { canDo, type Refusal } from '../../domain/instance-states.ts';
import type { Reader } from '../../state/database.ts';
import { getHost } from '../../state/hosts.ts';
import { findInstances } from '../../state/instances.ts';
import { resolveOne } from '../resolve.ts';

export function findInstance(reader: Reader, ref: string): Instance {
  return resolveOne(findInstances(reader, ref), ref, { what: 'instance', notFound: 'instance.not_found' });
}

/** By which code a refusal crosses; those that are not named are a matter of the instance's state. */
const CODES: Partial<Record<Refusal['why'], ErrorCode>> = {
  locked: 'locked',
  taken_over: 'instance.taken_over',
  adopted: 'not_supported',
  not_yet: 'not_supported',
  not_supported: 'not_supported',
};

/** The way out; those that are not named want another state, or patience. */
const REMEDIES: Partial<Record<Refusal['why'], string>> = {
  locked: 'Unlock it first, if that is yours to do.',
  taken_over: 'Take it over again if it is to be yours, or delete its row here.',
  deleting: 'Wait for the end of the deletion, or force it if its host does not come back.',
  busy: 'Wait until what is under way has ended.',
  adopted: 'Launch a new instance from an image; to mend this one, rescue it with an image.',
  not_yet: 'A later version will. Until then there is no way round in Micronova.',
  not_supported: 'It needs another host, or newer software on this one.',
};

/**
 * @param whateverState the vm_state is not asked: others of its tasks go first
 * @throws ExpectedError `instance.invalid_state`, `locked`, `instance.taken_over` or `not_supported`, with the reason
 * that the disabled button shows, too
 */
export function checkState(
  reader: Reader,
  instance: Instance,
  action: InstanceAction,
  { whateverState = false }: { readonly whateverState?: boolean } = {},
): void {
  const host = instance.hostId === null ? undefined : getHost(reader, instance.hostId);
  const answer = canDo(action, instance, host?.capabilities);
  if (answer.allowed || (whateverState && answer.refusal.why === 'state')) return;
  throw new ExpectedError(
    CODES[answer.refusal.why] ?? 'instance.invalid_state',
    `“${instance.name}” cannot do ${action.replaceAll('_', ' ')} now: ${answer.reason}.`,
    {
      remedy: REMEDIES[answer.refusal.why] ?? 'Bring it into the state that is needed first.',
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

/** An instance for something that its host answers within the call, and that host. */
export function onHostNow(reader: Reader, ref: string, action: InstanceAction) {
  const instance = findInstance(reader, ref);
  checkState(reader, instance, action);
  const { hostId } = instance;
  if (hostId !== null) return { instance, hostId };
  throw neverBuilt(instance, action);
}

export function neverBuilt(
  { name, vmState, taskState }: Pick<Instance, 'name' | 'vmState' | 'taskState'>,
  action: InstanceAction,
): ExpectedError {
  return new ExpectedError('instance.invalid_state', `“${name}” was never built: it is on no host.`, {
    remedy: 'Delete it and create it again.',
    details: { action, vmState, taskState },
  });
}
