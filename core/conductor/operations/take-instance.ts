import type { ExpectedMark } from '../../compute/ownership.ts';
import { isExpected } from '../../domain/errors.ts';
import { release } from '../../placement/allocations.ts';
import type { Operation, StepContext } from '../../queue/operation.ts';
import { markDeleted, transition } from '../../state/instance-changes.ts';
import type { ConductorDeps } from '../deps.ts';
import { guestDescription, needInstance } from '../guest.ts';
import { standingOf } from '../rebuild-row.ts';
import { endAction, recordSteps } from '../record.ts';

/**
 * Makes a guest that is there ours, while it runs: adopted where nobody had it (`expected` null), taken over from
 * another Micronova otherwise. Where that fails the row goes again, and the guest stays whose it is.
 */
export function takeInstance(deps: ConductorDeps, instanceId: string, expected: ExpectedMark): Operation {
  const { database, hosts } = deps;
  const hostOf = () => needInstance(database, instanceId).instance.hostId ?? '';
  return {
    ...recordSteps(instanceId),
    steps: [
      {
        name: 'mark',
        async do(context) {
          const { signal } = context;
          await hosts.use(hostOf(), context, (driver) =>
            driver.takeOwnership(guestDescription(database, instanceId), expected, { signal }),
          );
          return undefined;
        },
        undo: (context) => (expected === null ? unmark(deps, instanceId, context) : undefined),
      },
      {
        name: 'look',
        async do(context) {
          const { signal } = context;
          const found = await hosts.use(hostOf(), context, (driver) =>
            driver.findGuest(instanceId, { signal }),
          );
          const { powerState } = found;
          const standing = standingOf(powerState, needInstance(database, instanceId));
          const set = { ...standing, powerState, addresses: [...found.addresses] };
          return (tx) => void transition(tx, instanceId, { set: { ...set, seenAt: tx.now() } });
        },
      },
    ],
    ended(tx, context, outcome) {
      endAction(tx, context, outcome, { instanceId, own: ['spawning'], done: {}, failed: {} });
      if (outcome.state === 'done') return undefined;
      release(tx, instanceId);
      markDeleted(tx, instanceId);
      return undefined;
    },
  };
}

/** What somebody else has taken meanwhile is none of ours to undo. */
async function unmark({ database, hosts }: ConductorDeps, instanceId: string, { signal }: StepContext) {
  const hostId = needInstance(database, instanceId).instance.hostId ?? '';
  try {
    await hosts.use(hostId, { signal, resumed: false }, (driver) =>
      driver.dropOwnership(guestDescription(database, instanceId), { signal }),
    );
  } catch (error) {
    if (!isExpected(error, 'instance.taken_over')) throw error;
  }
  return undefined;
}
