import type { Filter } from '../filter.ts';
import { countMembers, memberNames } from '../group-members.ts';

/**
 * Members of a group with the policy anti-affinity are apart: at most so many on one host. Source:
 * `ServerGroupAntiAffinityFilter` in nova/scheduler/filters/affinity_filter.py
 */
export const serverGroupAntiAffinity: Filter = {
  name: 'ServerGroupAntiAffinity',
  description: 'Members of a server group with the policy anti-affinity go on different hosts.',
  onByDefault: true,
  reads: ['group'],
  judge(request) {
    const { group } = request;
    if (group?.policy !== 'anti-affinity') return null;
    const most = group.maxServerPerHost;
    return (host) => {
      if (countMembers(host, request) < most) return null;
      const members = memberNames(host, request);
      return `the group “${group.name}” (anti-affinity) may have ${most} on one host, and has ${members} here`;
    };
  },
};
