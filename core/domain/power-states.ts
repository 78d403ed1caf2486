import type { PowerState, VmState } from '../contract/index.ts';

/** States that say how the guest runs, and so follow what it does. The others say what Micronova has done with it. */
export type LiveState = Extract<VmState, 'active' | 'paused' | 'suspended' | 'stopped'>;

const LIVE: Readonly<Record<PowerState, LiveState | null>> = {
  RUNNING: 'active',
  PAUSED: 'paused',
  SUSPENDED: 'suspended',
  SHUTDOWN: 'stopped',
  CRASHED: 'stopped',
  NOSTATE: null,
};

export function isLive(state: VmState): state is LiveState {
  return state === 'active' || state === 'paused' || state === 'suspended' || state === 'stopped';
}

/**
 * The stable state of a guest that its host reports so; null when the host's word says nothing. Source:
 * `_sync_instance_power_state` in nova/compute/manager.py, which makes shut-off, crashed and suspended ones stopped;
 * here a suspended one is called that, and so is one that is off with its memory kept.
 * @param saved the host keeps the guest's memory
 */
export function liveStateOf(power: PowerState, saved: boolean = false): LiveState | null {
  return saved && power === 'SHUTDOWN' ? 'suspended' : LIVE[power];
}
