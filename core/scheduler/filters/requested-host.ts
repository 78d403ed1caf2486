import type { Gate } from '../filter.ts';

/** The host that the request itself names is the only one. */
export const requestedHost: Gate = {
  name: 'RequestedHost',
  judge: ({ requestedHostId }) =>
    requestedHostId === null
      ? null
      : ({ host }) => (host.id === requestedHostId ? null : 'another host was asked for'),
};
