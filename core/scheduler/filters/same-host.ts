import type { Filter, Situation } from '../filter.ts';
import { hintTexts } from '../hints.ts';

/** Who they are and where they are, for the reason. */
function wherever(ids: readonly string[], { hosts }: Situation): string {
  const found = ids.map((id) => {
    const host = hosts.find(({ instances }) => instances.has(id));
    return host === undefined
      ? `${id}, which is on no host`
      : `${host.instances.get(id)?.name ?? id}, which is on ${host.host.name}`;
  });
  return found.join(', or ');
}

/** Only where one of these instances is. Source: `SameHostFilter` in nova/scheduler/filters/affinity_filter.py */
export const sameHost: Filter = {
  name: 'SameHost',
  description: 'With the hint same_host: only the hosts of these instances.',
  onByDefault: false,
  reads: ['same_host'],
  judge({ hints }, situation) {
    const ids = hintTexts(hints, 'same_host');
    if (ids.length === 0) return null;
    const reason = `the hint same_host asks for the host of ${wherever(ids, situation)}`;
    return ({ instances }) => (ids.some((id) => instances.has(id)) ? null : reason);
  },
};
