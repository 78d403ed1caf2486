import { countMembers } from '../group-members.ts';
import type { Weigher } from '../weigher.ts';

/** Members of a group with the policy soft-affinity go together where they can. Source: nova/scheduler/weights/affinity.py */
export const serverGroupSoftAffinity: Weigher = {
  name: 'ServerGroupSoftAffinity',
  description: 'For a server group with the policy soft-affinity: more of its members are better.',
  multiplier: 1,
  overriddenBy: 'soft_affinity_weight_multiplier',
  scale: (request) =>
    request.group?.policy === 'soft-affinity' ? (host) => countMembers(host, request) : null,
};
