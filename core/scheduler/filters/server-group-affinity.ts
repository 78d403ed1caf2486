import type { Filter, Judge } from '../filter.ts';
import { countMembers, memberNames } from '../group-members.ts';
import type { HostState } from '../host-state.ts';
import type { SchedulingRequest } from '../request.ts';

/** Where the instance has to leave because the host is gone, the group finds a new one: the first to go picks it. */
function isGone({ host }: HostState, { avoid }: SchedulingRequest): boolean {
  return host.connection !== 'connected' && avoid?.has(host.id) === true;
}

/**
 * Members of a group with the policy affinity share a host. Source: `ServerGroupAffinityFilter` in
 * nova/scheduler/filters/affinity_filter.py. Where members are on two hosts already, Nova takes either; here nothing is
 * added to what contradicts its own policy.
 */
export const serverGroupAffinity: Filter = {
  name: 'ServerGroupAffinity',
  description: 'Members of a server group with the policy affinity go on one host.',
  onByDefault: true,
  reads: ['group'],
  judge(request, { hosts }): Judge | null {
    const { group } = request;
    if (group?.policy !== 'affinity') return null;
    const theirs = hosts.filter((host) => countMembers(host, request) > 0 && !isGone(host, request));
    if (theirs.length === 0) return null;
    const where = theirs.map((host) => `${memberNames(host, request)} on ${host.host.name}`).join(' and ');
    const reason = `the group “${group.name}” (affinity) wants its members on one host, and has ${where}`;
    if (theirs.length > 1) return () => reason;
    return (host) => (host === theirs[0] ? null : reason);
  },
};
