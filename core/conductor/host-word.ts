import type { GuestState } from '../compute/driver.ts';
import type { VmState } from '../contract/index.ts';
import { liveStateOf } from '../domain/power-states.ts';
import type { Commit, StepContext } from '../queue/operation.ts';
import { type InstanceChange, transition } from '../state/instance-changes.ts';
import type { ConductorDeps } from './deps.ts';
import { needInstance } from './guest.ts';

/** They say what was done with the guest, which runs or not meanwhile; an error gives way to what is. */
const KEPT: readonly VmState[] = ['rescued', 'resized', 'soft-delete'];

function vmStateOf(guest: GuestState | undefined, before: VmState): VmState {
  // What is as good as deleted does not come to life because a part of it is gone already.
  if (guest === undefined) return before === 'soft-delete' ? before : 'error';
  return KEPT.includes(before) ? before : (liveStateOf(guest.powerState, guest.saved) ?? before);
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
  const set = {
    vmState: vmStateOf(guest, vmState),
    powerState,
  } satisfies InstanceChange;
  return (tx) => void transition(tx, instanceId, { expect: { hostId }, set: { ...set, seenAt: tx.now() } });
}
