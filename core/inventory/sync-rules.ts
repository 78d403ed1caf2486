import type { Fault, Instance, PowerState, VmState } from '../contract/index.ts';
import type { InstanceChange } from '../state/instances.ts';

/** States that say how the guest runs, and so follow what it does. The others say what Micronova has done with it. */
type LiveState = Extract<VmState, 'active' | 'paused' | 'suspended' | 'stopped'>;

/** NOSTATE says nothing, so nothing follows from it. */
const LIVE: Readonly<Record<Exclude<PowerState, 'NOSTATE'>, LiveState>> = {
  RUNNING: 'active',
  PAUSED: 'paused',
  SUSPENDED: 'suspended',
  SHUTDOWN: 'stopped',
  CRASHED: 'stopped',
};

/** What a person would have done to bring the instance there: the name of the action that is put on record. */
export const OUTSIDE_ACTION: Readonly<Record<LiveState, string>> = {
  active: 'start',
  paused: 'pause',
  suspended: 'suspend',
  stopped: 'stop',
};

export function isLive(state: VmState): state is LiveState {
  return state in OUTSIDE_ACTION;
}

function isLost(instance: Instance): boolean {
  return instance.vmState === 'error' && instance.fault?.error.details?.['domainGone'] === true;
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
 */
export function difference(instance: Instance, power: PowerState | null, at: string): InstanceChange | null {
  if (instance.vmState === 'building' || instance.vmState === 'deleted') return null;
  if (power === null) {
    if (!isLive(instance.vmState)) return null;
    return { vmState: 'error', powerState: 'NOSTATE', fault: goneFault(instance, at) };
  }
  const follows = isLive(instance.vmState) || isLost(instance);
  const vmState = follows && power !== 'NOSTATE' ? LIVE[power] : instance.vmState;
  if (vmState === instance.vmState && power === instance.powerState) return null;
  return { vmState, powerState: power, ...(isLost(instance) && { fault: null }) };
}
