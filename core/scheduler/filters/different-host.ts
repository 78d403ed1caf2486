import type { Filter } from '../filter.ts';
import { hintTexts } from '../hints.ts';

/** Not where one of these instances is. Source: `DifferentHostFilter` in nova/scheduler/filters/affinity_filter.py */
export const differentHost: Filter = {
  name: 'DifferentHost',
  description: 'With the hint different_host: none of the hosts of these instances.',
  onByDefault: false,
  reads: ['different_host'],
  judge({ hints }) {
    const ids = hintTexts(hints, 'different_host');
    if (ids.length === 0) return null;
    return ({ instances }) => {
      const here = ids.find((id) => instances.has(id));
      if (here === undefined) return null;
      return `the hint different_host keeps it away from ${instances.get(here)?.name ?? here}, which is here`;
    };
  },
};
