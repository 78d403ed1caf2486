import type { Host } from '../../contract/index.ts';
import type { Filter, Judge } from '../filter.ts';

/** Why a host can take no work now, in words; null when it can. */
export function whyAway(host: Host): string | null {
  if (!host.enabled) return host.disabledReason ? `disabled: ${host.disabledReason}` : 'disabled';
  if (host.connection === 'connected') return null;
  if (host.connectionError !== null) return `not connected: ${host.connectionError.message}`;
  return host.connection === 'connecting' ? 'still connecting' : 'not connected';
}

/** The host must be enabled and up. Source: nova/scheduler/filters/compute_filter.py */
export const compute: Filter = {
  name: 'Compute',
  description: 'The host must be enabled and connected.',
  onByDefault: true,
  reads: [],
  judge: () => judge,
};

const judge: Judge = ({ host }) => whyAway(host);
