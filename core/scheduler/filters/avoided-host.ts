import type { Gate } from '../filter.ts';

/** Hosts that whoever asks will not have, each with the reason: one that is being evacuated, say. nova: `ignore_hosts` */
export const avoidedHost: Gate = {
  name: 'AvoidedHost',
  judge: ({ avoid }) => (avoid === undefined ? null : ({ host }) => avoid.get(host.id) ?? null),
};
