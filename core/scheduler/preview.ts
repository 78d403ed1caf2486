import type { Host, Preview } from '../contract/index.ts';
import { toErrorBody } from '../domain/errors.ts';
import type { Resources } from '../placement/resources.ts';
import type { Reader } from '../state/database.ts';
import { noValidHost } from './claim.ts';
import type { HostState } from './host-state.ts';
import { resourcesOf, type SchedulingRequest } from './request.ts';
import { readHostStates, selectAmong } from './select.ts';

/**
 * What the scheduler would decide for `count` instances of one request: each sees what those before it would have
 * taken. Claims nothing.
 */
export function previewPlacement(reader: Reader, request: SchedulingRequest, count: number): Preview {
  const resources = resourcesOf(request);
  let states = readHostStates(reader);
  const first = selectAmong(states, request);
  const placed = new Map<string, number>();
  let decision = first;
  let fitting = 0;
  for (; fitting < count && decision.selected !== null; decision = selectAmong(states, request)) {
    const { selected } = decision;
    placed.set(selected, (placed.get(selected) ?? 0) + 1);
    states = states.map((state) => (state.host.id === selected ? withTaken(state, resources) : state));
    fitting += 1;
  }
  const nameOf = new Map(states.map(({ host }) => [host.id, host.name]));
  return {
    ...first,
    fitting,
    placements: [...placed].map(([hostId, instances]) => ({
      hostId,
      hostName: nameOf.get(hostId) ?? hostId,
      instances,
    })),
    shortfall: fitting < count ? toErrorBody(noValidHost(decision)) : null,
  };
}

function withTaken(state: HostState, resources: Resources): HostState {
  const { host, provider } = state;
  const more = (amount: Host['ram'], resourceClass: string) => ({
    ...amount,
    used: amount.used + (resources[resourceClass] ?? 0),
  });
  const usages = new Map(provider?.usages);
  for (const [name, amount] of Object.entries(resources)) usages.set(name, (usages.get(name) ?? 0) + amount);
  return {
    ...state,
    host: {
      ...host,
      vcpus: more(host.vcpus, 'VCPU'),
      ram: more(host.ram, 'MEMORY_MB'),
      disk: more(host.disk, 'DISK_GB'),
    },
    provider: provider && { ...provider, usages },
    ioOps: state.ioOps + 1,
  };
}
