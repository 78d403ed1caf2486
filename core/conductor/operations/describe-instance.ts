import { fromErrorBody } from '../../domain/errors.ts';
import type { Operation } from '../../queue/operation.ts';
import { holderIn, leaveToDescribe, loseInstance } from '../../queue/ownership.ts';
import { getInstance } from '../../state/instances.ts';
import type { ConductorDeps } from '../deps.ts';
import { guestDescription } from '../guest.ts';
import { isLinkLoss } from '../hosts.ts';

/** Writes the mark on a guest as its row is now. One that has moved, gone or been taken over needs none. */
export function describeInstance(
  { database, hosts }: ConductorDeps,
  { instanceId, hostId }: { readonly instanceId: string; readonly hostId: string },
): Operation {
  return {
    steps: [
      {
        name: 'describe',
        async do(context) {
          const instance = getInstance(database, instanceId);
          if (instance?.hostId !== hostId || instance.takenOver !== null) return undefined;
          const { signal } = context;
          await hosts.use(hostId, context, (driver) =>
            driver.describe(guestDescription(database, instanceId), { signal }),
          );
          return undefined;
        },
      },
    ],
    ended(tx, { task }, outcome) {
      if (outcome.state !== 'failed') return undefined;
      const { error } = outcome.failure;
      const holder = holderIn(error);
      if (holder !== null) loseInstance(tx, instanceId, holder);
      else if (isLinkLoss(fromErrorBody(error))) {
        leaveToDescribe(tx, { instanceId, hostId, name: task.subject, requestId: task.requestId });
      }
      return undefined;
    },
  };
}
