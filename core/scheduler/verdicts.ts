import type { HostVerdict } from '../contract/index.ts';
import type { HostState } from './host-state.ts';
import type { Weighed } from './weigher.ts';

export function refusedVerdict({ host }: HostState, filter: string, reason: string): HostVerdict {
  const { id: hostId, name: hostName } = host;
  return { hostId, hostName, accepted: false, filter, reason, weight: null, weighers: [] };
}

export function acceptedVerdict({ state: { host }, weight, shares }: Weighed): HostVerdict {
  const { id: hostId, name: hostName } = host;
  return { hostId, hostName, accepted: true, filter: null, reason: null, weight, weighers: shares() };
}
