import type { Preview } from '../contract/index.ts';
import { toErrorBody } from '../domain/errors.ts';
import { noValidHost } from './claim.ts';
import type { HostState } from './host-state.ts';
import { withInstance } from './host-states.ts';
import type { SchedulingRequest } from './request.ts';
import { type Policy, selectAmong } from './select.ts';

/** How many more are looked for at the most, where the question is how many there is room for. */
export const MOST_ROOM = 1000;

/**
 * What the scheduler would decide for `count` instances of one request: each sees what those before it would have
 * taken. Claims nothing.
 */
export function previewPlacement(
  hosts: readonly HostState[],
  request: SchedulingRequest,
  policy: Policy,
  count: number,
): Preview {
  const states = [...hosts];
  const indexOf = new Map(states.map(({ host }, index) => [host.id, index]));
  const first = selectAmong(states, request, policy);
  const placed = new Map<string, number>();
  let decision = first;
  let fitting = 0;
  while (fitting < count && decision.selected !== null) {
    const index = indexOf.get(decision.selected) ?? -1;
    const state = states[index];
    if (state === undefined) break;
    fitting += 1;
    placed.set(decision.selected, (placed.get(decision.selected) ?? 0) + 1);
    states[index] = withInstance(state, request, { id: `${fitting}`, name: `the new one ${fitting}` });
    if (fitting < count) decision = selectAmong(states, request, policy);
  }
  const nameOf = (hostId: string) => states[indexOf.get(hostId) ?? -1]?.host.name ?? hostId;
  return {
    ...first,
    fitting,
    placements: [...placed].map(([hostId, instances]) => ({ hostId, hostName: nameOf(hostId), instances })),
    shortfall: fitting < count ? toErrorBody(noValidHost(decision)) : null,
  };
}
