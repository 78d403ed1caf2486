import type { PowerState, VmState } from '../contract/index.ts';
import { timestamp } from '../domain/time.ts';
import type { Commit, StepContext } from '../queue/operation.ts';
import { type InstanceChange, transition } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';
import { needInstance } from './guest.ts';

/**
 * The stable state of an instance whose guest stands so on its host. Source: `_sync_instance_power_state` in
 * nova/compute/manager.py, which makes shut-off, crashed and suspended ones stopped; here a suspended one stays what it is.
 */
function vmStateOf(powerState: PowerState, before: VmState): VmState {
  switch (powerState) {
    case 'RUNNING':
      return before === 'rescued' || before === 'resized' ? before : 'active';
    case 'PAUSED':
      return 'paused';
    case 'SUSPENDED':
      return 'suspended';
    case 'SHUTDOWN':
    case 'CRASHED':
      return before === 'resized' ? before : 'stopped';
    case 'NOSTATE':
      return before;
  }
}

/** Asks the host how the guest really stands, after an action that failed half-way; a guest that is gone is an error. */
export async function askHost(
  { database, hosts }: ConductorDeps,
  instanceId: string,
  context: StepContext,
): Promise<Commit | undefined> {
  const { instance } = needInstance(database, instanceId);
  const { hostId, vmState } = instance;
  if (hostId === null) return undefined;
  const { signal } = context;
  const guests = await hosts.use(hostId, { signal, resumed: false }, (driver) =>
    driver.listGuests({ signal }),
  );
  const guest = guests.find((candidate) => candidate.uuid === instanceId);
  const powerState = guest?.powerState ?? 'NOSTATE';
  const set: InstanceChange = {
    vmState: guest === undefined ? 'error' : vmStateOf(powerState, vmState),
    powerState,
    seenAt: timestamp(),
  };
  return (tx) => void transition(tx, instanceId, { expect: { hostId }, set });
}
