import type { Decision, HostVerdict } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { claim, consumerGeneration } from '../placement/allocations.ts';
import type { Tx } from '../state/database.ts';
import { resourcesOf, type SchedulingRequest } from './request.ts';
import { selectDestinations } from './select.ts';

function claimOn(tx: Tx, instanceId: string, request: SchedulingRequest, hostId: string): void {
  claim(tx, {
    consumerId: instanceId,
    consumerGeneration: consumerGeneration(tx, instanceId),
    providerId: hostId,
    resources: resourcesOf(request),
  });
}

/** Decides, and claims on the host that was picked, in the caller's one transaction. */
export function scheduleAndClaim(tx: Tx, instanceId: string, request: SchedulingRequest): Decision {
  const decision = selectDestinations(tx, request);
  if (decision.selected !== null) claimOn(tx, instanceId, request, decision.selected);
  return decision;
}

function withVerdict(decision: Decision, hostId: string, change: Partial<HostVerdict>): Decision {
  const hosts = decision.hosts.map((verdict) =>
    verdict.hostId === hostId ? { ...verdict, ...change } : verdict,
  );
  return { ...decision, hosts: [...hosts.filter((v) => v.accepted), ...hosts.filter((v) => !v.accepted)] };
}

/**
 * The picked host has failed: claims on the next alternate that still will do. Each that will not gets its reason.
 * Source: `_cleanup_allocated_networks`' caller `build_instances` in nova/conductor/manager.py, which takes alternates in turn.
 * @param reason why the picked host failed, in words
 */
export function claimNext(
  tx: Tx,
  instanceId: string,
  request: SchedulingRequest,
  before: Decision,
  reason: string,
): Decision {
  let decision = before;
  if (before.selected !== null) {
    decision = withVerdict(before, before.selected, { accepted: false, filter: 'build', reason });
  }
  for (const [index, hostId] of before.alternates.entries()) {
    const again = selectDestinations(tx, { ...request, requestedHostId: hostId });
    const alternates = before.alternates.slice(index + 1);
    if (again.selected === hostId) {
      claimOn(tx, instanceId, request, hostId);
      return { ...decision, selected: hostId, alternates };
    }
    const refusal = again.hosts.find((verdict) => verdict.hostId === hostId);
    const { filter = 'Compute', reason: why = 'the host was removed' } = refusal ?? {};
    decision = withVerdict(decision, hostId, { accepted: false, filter, reason: why });
  }
  return { ...decision, selected: null, alternates: [] };
}

/** The failure of an instance that no host would take, with every host's reason. */
export function noValidHost(decision: Decision): ExpectedError {
  const refused = decision.hosts.filter((verdict) => !verdict.accepted);
  const reasons = refused.map((v) => `${v.hostName}: ${v.reason ?? 'refused'} (${v.filter ?? 'scheduler'})`);
  const why = reasons.length === 0 ? 'There are no hosts.' : `${reasons.join('. ')}.`;
  return new ExpectedError('scheduler.no_valid_host', `No valid host was found. ${why}`, {
    remedy:
      reasons.length === 0
        ? 'Add a host first.'
        : 'Free some room, enable or connect a host, or choose a smaller flavor.',
    details: {
      hosts: refused.map(({ hostId, hostName, filter, reason }) => ({ hostId, hostName, filter, reason })),
      counts: decision.counts,
    },
  });
}
