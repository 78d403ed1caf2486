import type { Gate } from '../filter.ts';

/** Hosts that the request rules out, with its reasons. Source: `ignore_hosts` of nova/objects/request_spec.py */
export const avoidedHost: Gate = {
  name: 'AvoidedHost',
  judge: ({ avoid }) => (avoid === undefined ? null : ({ host }) => avoid.get(host.id) ?? null),
};
