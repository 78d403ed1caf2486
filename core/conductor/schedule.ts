import type { Decision, TaskState } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { release } from '../placement/allocations.ts';
import { hostLane } from '../queue/kinds.ts';
import type { Move, Step, StepContext } from '../queue/operation.ts';
import { claimNext, noValidHost, scheduleAndClaim, withBuildFailure } from '../scheduler/claim.ts';
import { requestFor } from '../scheduler/instance-request.ts';
import type { Random } from '../scheduler/select.ts';
import type { Tx } from '../state/database.ts';
import { getDecision, putDecision } from '../state/decisions.ts';
import { listHostRecords, updateHost } from '../state/hosts.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstance } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';
import { needInstance } from './guest.ts';

/** The task states of an instance that is being built. */
export const BUILD_STATES: readonly TaskState[] = [
  'scheduling',
  'block_device_mapping',
  'networking',
  'spawning',
];

/** Picks and claims in one transaction: the best host at first, the next alternate after a failed build. */
function pick(
  tx: Tx,
  instanceId: string,
  { attempt, task }: StepContext,
  random: Random | undefined,
): Decision | string {
  const record = needInstance(tx, instanceId);
  // Picked already, by a process that ended before it could say so.
  if (record.instance.hostId !== null) return record.instance.hostId;
  const request = requestFor(tx, record);
  const before = attempt === 0 ? null : getDecision(tx, instanceId);
  const decision =
    before === null
      ? scheduleAndClaim(tx, instanceId, request, random)
      : claimNext(tx, instanceId, request, before);
  const set = { hostId: decision.selected };
  putDecision(tx, { instanceId, requestId: task.requestId }, 'create', decision);
  if (transition(tx, instanceId, { expect: { taskState: BUILD_STATES }, set }) === null) {
    throw new ExpectedError('cancelled', 'The instance is being deleted');
  }
  return decision;
}

export function scheduleStep({ database, hosts, random }: ConductorDeps, instanceId: string): Step {
  return {
    name: 'schedule',
    async do(context) {
      const { attempt, signal } = context;
      // An alternate is asked once: a process that has only just begun would find it not connected yet.
      if (attempt > 0) await hosts.attempted(signal);
      const pickNow = () => database.writeSoon((tx) => pick(tx, instanceId, context, random));
      let picked = await pickNow();
      if (attempt === 0 && typeof picked !== 'string' && picked.selected === null) {
        await hosts.attempted(signal);
        picked = await pickNow();
      }
      const hostId = typeof picked === 'string' ? picked : picked.selected;
      if (hostId === null && typeof picked !== 'string') throw noValidHost(picked);
      return () => (hostId === null ? undefined : { lane: hostLane(hostId), hostId });
    },
    undo: (context) => {
      return (tx) => giveUpHost(tx, instanceId, context);
    },
  };
}

/** Gives the claim back and notes on whom and why the build failed. */
function giveUpHost(tx: Tx, instanceId: string, { failure, task }: StepContext): Move {
  release(tx, instanceId);
  const hostId = getInstance(tx, instanceId)?.hostId ?? null;
  const decision = getDecision(tx, instanceId);
  if (hostId !== null && failure !== null && !failure.cancelled) countFailure(tx, hostId);
  const reason = `${failure?.step ?? 'build'} failed: ${failure?.error.message ?? 'unknown'}`;
  if (decision !== null && hostId !== null) {
    const noted = withBuildFailure(decision, hostId, reason);
    putDecision(tx, { instanceId, requestId: task.requestId }, 'create', noted);
  }
  transition(tx, instanceId, { set: { hostId: null, addresses: [] } });
  return { lane: 'conductor', hostId: null };
}

function countFailure(tx: Tx, hostId: string): void {
  const record = listHostRecords(tx).find(({ host }) => host.id === hostId);
  if (record !== undefined) updateHost(tx, hostId, { buildFailures: record.buildFailures + 1 });
}
