import type { Decision, TaskState } from '../contract/index.ts';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import { claim, consumerGeneration, release } from '../placement/allocations.ts';
import { resourcesOf } from '../placement/demands.ts';
import type { Move } from '../queue/operation.ts';
import { scheduleAndClaim } from '../scheduler/claim.ts';
import { requestFor } from '../scheduler/instance-request.ts';
import type { Reader, Tx } from '../state/database.ts';
import { putDecision } from '../state/decisions.ts';
import { getHost } from '../state/hosts.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstance } from '../state/instances.ts';
import type { Evacuation } from './evacuation.ts';
import { needInstance } from './guest.ts';
import { hostsWithLeftovers } from './leftovers.ts';

/** @throws ExpectedError `conflict` when the host that was gone is back */
function refuseIfBack(reader: Reader, hostId: string): void {
  const host = getHost(reader, hostId);
  if (host?.connection !== 'connected') return;
  throw new ExpectedError(
    'conflict',
    `The host “${host.name}” is back: nothing has to be evacuated from it.`,
    {
      remedy: 'See how the instance stands there; it was left as it was.',
      details: { hostId },
    },
  );
}

function avoidedHosts(tx: Tx, { instanceId, from }: Evacuation): Map<string, string> {
  const littered = hostsWithLeftovers(tx, instanceId).map(
    (id) => [id, 'it still has to be cleaned of what is left of this instance'] as const,
  );
  return new Map([...littered, [from, 'it is the host that is gone']]);
}

/**
 * Picks another host and moves row and claim there, in the caller's one transaction.
 * @returns the host's id, or the decision that found none
 * @throws ExpectedError `conflict`, `cancelled`
 */
export function pickOther(
  tx: Tx,
  input: Evacuation,
  own: readonly TaskState[],
  requestId: string,
): Decision | string {
  const { instanceId, from, to } = input;
  const record = needInstance(tx, instanceId);
  const { hostId } = record.instance;
  // Picked already, by a process that ended before it could say so.
  if (hostId !== null && hostId !== from) return hostId;
  refuseIfBack(tx, from);
  const request = {
    ...requestFor(tx, record),
    requestedHostId: to,
    hostChecks: true,
    avoid: avoidedHosts(tx, input),
  };
  const decision = scheduleAndClaim(tx, instanceId, request);
  putDecision(tx, { instanceId, requestId }, 'evacuate', decision);
  if (decision.selected === null) return decision;
  const set = { hostId: decision.selected, addresses: [] };
  if (transition(tx, instanceId, { expect: { taskState: own, hostId: from }, set }) === null) {
    throw new ExpectedError('cancelled', 'Somebody else has taken the instance in hand');
  }
  return decision.selected;
}

/** Row and claim as they were before: the instance is where it was, on the host that is gone. */
export function goBack(tx: Tx, input: Evacuation): Move {
  const { instanceId, from, addresses } = input;
  if (getInstance(tx, instanceId)?.hostId !== from) {
    const isThere = getHost(tx, from) !== undefined;
    const where = isThere ? { hostId: from, addresses } : { hostId: null, addresses: [] };
    // What was agreed to since is of a guest that is gone again: the next look at the old one agrees anew.
    transition(tx, instanceId, { set: { ...where, definitionXml: null } });
    release(tx, instanceId);
    if (isThere) claimAgain(tx, input);
  }
  return { lane: 'conductor', hostId: null };
}

function claimAgain(tx: Tx, { instanceId, from }: Evacuation): void {
  const resources = resourcesOf(requestFor(tx, needInstance(tx, instanceId)));
  try {
    const generation = consumerGeneration(tx, instanceId);
    claim(tx, {
      consumerId: instanceId,
      consumerGeneration: generation,
      shares: [{ providerId: from, resources }],
    });
  } catch (error) {
    // Another has its place on the host that was gone: the audit shows it, and the instance is where it is all the same.
    if (!isExpected(error, 'placement.no_capacity')) throw error;
    tx.log.warn(
      { err: error, instanceId },
      'the claim of an instance that was not evacuated could not be restored',
    );
  }
}
