import type { Fault, Instance, PowerState } from '../contract/index.ts';
import { isLive, type LiveState, liveStateOf } from '../domain/power-states.ts';
import type { InstanceChange } from '../state/instance-changes.ts';

/** What a person would have done to bring the instance there: the name of the action that is put on record. */
export const OUTSIDE_ACTION: Readonly<Record<LiveState, string>> = {
  active: 'start',
  paused: 'pause',
  suspended: 'suspend',
  stopped: 'stop',
};

/**
 * In error because its domain is gone from the host: found so, or because an action on it met with that. Such an error
 * ends by itself when the domain is back.
 */
export function isLost(instance: Instance): boolean {
  return instance.vmState === 'error' && instance.fault?.error.code === 'libvirt.not_found';
}

function goneFault(instance: Instance, at: string): Fault {
  return {
    at,
    step: null,
    error: {
      code: 'libvirt.not_found',
      message: `The domain ${instance.domainName} is gone from the host.`,
      remedy: 'It was removed outside Micronova. Define it again on the host, or delete the instance.',
      details: { domainGone: true },
    },
  };
}

/**
 * What the row of an idle instance has to become so that it agrees with the host; null when it agrees. As Nova's
 * `_sync_instance_power_state` (nova/compute/manager.py), but the host's word counts: Nova would stop a guest that
 * somebody started outside.
 * @param power of the guest; null: the host has no such guest
 * @param saved its memory is kept on the host
 */
export function difference(
  instance: Instance,
  power: PowerState | null,
  at: string,
  saved: boolean = false,
): InstanceChange | null {
  if (instance.vmState === 'building' || instance.vmState === 'deleted') return null;
  if (power === null) {
    if (!isLive(instance.vmState)) {
      return instance.powerState === 'NOSTATE' ? null : { powerState: 'NOSTATE' };
    }
    return { vmState: 'error', powerState: 'NOSTATE', fault: goneFault(instance, at) };
  }
  const follows = isLive(instance.vmState) || isLost(instance);
  const vmState = (follows ? liveStateOf(power, saved) : null) ?? instance.vmState;
  if (vmState === instance.vmState && power === instance.powerState) return null;
  return { vmState, powerState: power, ...(isLost(instance) && { fault: null }) };
}
