import { countMembers } from '../group-members.ts';
import type { Weigher } from '../weigher.ts';

/** Members of a group with the policy soft-anti-affinity keep apart where they can. Source: nova/scheduler/weights/affinity.py */
export const serverGroupSoftAntiAffinity: Weigher = {
  name: 'ServerGroupSoftAntiAffinity',
  description: 'For a server group with the policy soft-anti-affinity: fewer of its members are better.',
  multiplier: 1,
  overriddenBy: 'soft_anti_affinity_weight_multiplier',
  scale: (request) =>
    request.group?.policy === 'soft-anti-affinity' ? (host) => 0 - countMembers(host, request) : null,
};
