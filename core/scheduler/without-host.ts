import type { Refuge } from '../contract/index.ts';
import { refusalsOf } from './claim.ts';
import type { HostState } from './host-state.ts';
import { withInstance } from './host-states.ts';
import type { SchedulingRequest } from './request.ts';
import { type Policy, selectAmong } from './select.ts';

/** An instance that needs another place. */
export interface Homeless {
  readonly id: string;
  readonly name: string;
  readonly request: SchedulingRequest;
}

function reasonOf(decision: ReturnType<typeof selectAmong>): string {
  const reasons = refusalsOf(decision).map(({ hostName, reason }) => `${hostName}: ${reason ?? 'refused'}`);
  return reasons.length === 0 ? 'there is no other host' : reasons.join('; ');
}

/**
 * Where each instance of a host would go if the host died, one after the other, each seeing those before it. One that
 * finds no place is asked again once others have moved: it may want to be where they are.
 * @param hosts the hosts that are left
 */
export function findRefuges(
  hosts: readonly HostState[],
  homeless: readonly Homeless[],
  policy: Policy,
): Refuge[] {
  let states = hosts;
  const refuges = new Map<string, Refuge>();
  const place = ({ id, name, request }: Homeless): boolean => {
    const decision = selectAmong(states, request, policy);
    const state = states.find(({ host }) => host.id === decision.selected);
    const nowhere = state === undefined;
    refuges.set(id, {
      instanceId: id,
      instanceName: name,
      hostId: state?.host.id ?? null,
      hostName: state?.host.name ?? null,
      reason: nowhere ? reasonOf(decision) : null,
    });
    if (nowhere) return false;
    states = states.map((one) => (one === state ? withInstance(state, request, { id, name }) : one));
    return true;
  };
  let left = homeless;
  for (let before = -1; left.length !== before;) {
    before = left.length;
    left = left.filter((one) => !place(one));
  }
  return homeless.flatMap(({ id }) => refuges.get(id) ?? []);
}
