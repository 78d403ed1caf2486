import { release } from '../../placement/allocations.ts';
import type { Operation } from '../../queue/operation.ts';
import { markDeleted } from '../../state/instance-changes.ts';
import type { ConductorDeps } from '../deps.ts';
import { guestDescription, needInstance } from '../guest.ts';
import { endAction, recordSteps } from '../record.ts';

/** Gives a guest back to nobody: our mark comes off, the guest stays as it is, and the instance is gone. */
export function releaseInstance({ database, hosts }: ConductorDeps, instanceId: string): Operation {
  return {
    ...recordSteps(instanceId),
    steps: [
      {
        name: 'unmark',
        async do(context) {
          const { signal } = context;
          const { hostId } = needInstance(database, instanceId).instance;
          if (hostId === null) return undefined;
          await hosts.use(hostId, context, (driver) =>
            driver.dropOwnership(guestDescription(database, instanceId), { signal }),
          );
          return undefined;
        },
      },
      {
        name: 'release',
        do: () => (tx) => {
          release(tx, instanceId);
          markDeleted(tx, instanceId);
          return undefined;
        },
      },
    ],
    ended(tx, context, outcome) {
      endAction(tx, context, outcome, { instanceId, own: ['deleting'], done: {}, failed: {} });
      return undefined;
    },
  };
}
