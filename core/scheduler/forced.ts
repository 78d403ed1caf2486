import type { Decision } from '../contract/index.ts';
import { refusalFor } from '../placement/candidates.ts';
import { demandOf } from '../placement/demands.ts';
import { traitRefusal } from '../placement/traits.ts';
import { placement } from './filters/placement.ts';
import type { HostState } from './host-state.ts';
import type { SchedulingRequest } from './request.ts';
import { refusedVerdict } from './verdicts.ts';

function verdictOf({ host }: HostState): Decision['hosts'][number] {
  const { id: hostId, name: hostName } = host;
  return { hostId, hostName, accepted: true, filter: null, reason: null, weight: null, weighers: [] };
}

function notesOn({ host, provider }: HostState, request: SchedulingRequest): string[] {
  const { resources, required = [], forbidden = [] } = demandOf(request);
  const unfit = provider && traitRefusal(provider.traits, { required, forbidden });
  const shortage = provider && refusalFor(provider, resources);
  return [
    `“${host.name}” was forced: filters and placement were not asked.`,
    ...(unfit === null ? [] : [`It ${unfit}.`]),
    ...(shortage === null ? [] : [`More is claimed on it than it has. ${shortage}.`]),
  ];
}

/**
 * The host that was asked for, unasked: only one that has never told what it has cannot be taken, because nothing can be
 * claimed there. Source: `force_hosts` in nova/scheduler/host_manager.py `get_filtered_hosts`
 */
export function selectForced(
  hosts: readonly HostState[],
  request: SchedulingRequest,
  hostId: string,
): Decision {
  const host = hosts.find((state) => state.host.id === hostId);
  const decision = { alternates: [], counts: [], omitted: hosts.length - (host === undefined ? 0 : 1) };
  if (host === undefined) return { ...decision, selected: null, hosts: [], notes: [] };
  if (host.provider === null) {
    const refusal = refusedVerdict(
      host,
      placement.name,
      placement.judge(request)(host) ?? 'has not told its resources yet',
    );
    return { ...decision, selected: null, hosts: [refusal], notes: [] };
  }
  return { ...decision, selected: hostId, hosts: [verdictOf(host)], notes: notesOn(host, request) };
}
