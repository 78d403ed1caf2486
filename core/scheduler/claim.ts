import type { Decision, HostVerdict } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { claim, consumerGeneration } from '../placement/allocations.ts';
import { resourcesOf } from '../placement/demands.ts';
import type { Tx } from '../state/database.ts';
import type { SchedulingRequest } from './request.ts';
import { type Random, selectDestinations } from './select.ts';

function claimOn(tx: Tx, instanceId: string, request: SchedulingRequest, hostId: string): void {
  claim(tx, {
    consumerId: instanceId,
    consumerGeneration: consumerGeneration(tx, instanceId),
    shares: [{ providerId: hostId, resources: resourcesOf(request) }],
    beyondCapacity: !request.hostChecks,
  });
}

/** Decides, and claims on the host that was picked, in the caller's one transaction. */
export function scheduleAndClaim(
  tx: Tx,
  instanceId: string,
  request: SchedulingRequest,
  random?: Random,
): Decision {
  const decision = selectDestinations(tx, request, random);
  if (decision.selected !== null) claimOn(tx, instanceId, request, decision.selected);
  return decision;
}

function withVerdict(decision: Decision, hostId: string, change: Partial<HostVerdict>): Decision {
  const hosts = decision.hosts.map((verdict) =>
    verdict.hostId === hostId ? { ...verdict, ...change } : verdict,
  );
  return { ...decision, hosts: [...hosts.filter((v) => v.accepted), ...hosts.filter((v) => !v.accepted)] };
}

/** The picked host has failed to build the instance: it is not to be picked again. */
export function withBuildFailure(decision: Decision, hostId: string, reason: string): Decision {
  const noted = withVerdict(decision, hostId, { accepted: false, filter: 'build', reason });
  return { ...noted, selected: null };
}

/**
 * Claims on the next alternate that still will do; each that will not gets its reason. Source: `build_instances` in
 * nova/conductor/manager.py, which takes the alternates in turn.
 */
export function claimNext(
  tx: Tx,
  instanceId: string,
  request: SchedulingRequest,
  before: Decision,
): Decision {
  let decision = before;
  for (const [index, hostId] of before.alternates.entries()) {
    const again = selectDestinations(tx, { ...request, requestedHostId: hostId });
    if (again.selected === hostId) {
      claimOn(tx, instanceId, request, hostId);
      return { ...decision, selected: hostId, alternates: before.alternates.slice(index + 1) };
    }
    const refusal = again.hosts.find((verdict) => verdict.hostId === hostId);
    const { filter = 'Compute', reason = 'the host was removed' } = refusal ?? {};
    decision = withVerdict(decision, hostId, { accepted: false, filter, reason });
  }
  return { ...decision, selected: null, alternates: [] };
}

/** Why nobody would take it, one entry for each host. That another one was asked for says nothing of a host. */
export function refusalsOf({ hosts }: Decision): HostVerdict[] {
  const refused = hosts.filter((verdict) => !verdict.accepted);
  const telling = refused.filter(({ filter }) => filter !== 'RequestedHost');
  return telling.length === 0 ? refused : telling;
}

function remedyFor(refused: readonly HostVerdict[]): string {
  if (refused.length === 0) return 'Add a host first.';
  if (refused.some(({ filter }) => filter?.startsWith('ServerGroup')))
    return 'Add or free a host, take another server group, or delete the members that are in the way.';
  return 'Free some room, enable or connect a host, or choose a smaller flavor.';
}

/** The failure of an instance that no host would take, with every host's reason. */
export function noValidHost(decision: Decision): ExpectedError {
  const refused = refusalsOf(decision);
  const reasons = refused.map((v) => `${v.hostName}: ${v.reason ?? 'refused'} (${v.filter ?? 'scheduler'})`);
  const { omitted, notes, counts } = decision;
  const more = omitted > 0 && refused.length > 1 ? ` ${omitted} more are not listed.` : '';
  const why = reasons.length === 0 ? 'There are no hosts.' : `${reasons.join('. ')}.${more}`;
  return new ExpectedError('scheduler.no_valid_host', `No valid host was found. ${why}`, {
    remedy: remedyFor(refused),
    details: {
      hosts: refused.map(({ hostId, hostName, filter, reason }) => ({ hostId, hostName, filter, reason })),
      counts,
      omitted,
      notes,
    },
  });
}
