import { ExpectedError } from '../../domain/errors.ts';
import type { Operation } from '../../queue/operation.ts';
import { finishAction } from '../../state/actions.ts';
import { agreeOnDefinition } from '../agree.ts';
import type { ConductorDeps } from '../deps.ts';
import { guestDescription, needInstance } from '../guest.ts';
import { recordSteps } from '../record.ts';

/** Defines an instance's guest again as it was last agreed to: after a change on its host, or when its domain is gone. */
export function redefineInstance(deps: ConductorDeps, instanceId: string): Operation {
  return {
    ...recordSteps(instanceId),
    steps: [
      {
        name: 'redefine',
        do(context) {
          const { instance, definitionXml } = needInstance(deps.database, instanceId);
          const { hostId, name } = instance;
          if (hostId === null || definitionXml === null) {
            throw new ExpectedError('finding.gone', `How “${name}” is to be defined is not known`);
          }
          const options = { signal: context.signal };
          return deps.hosts.use(hostId, context, async (driver) => {
            await driver.restoreDefinition(instanceId, definitionXml, options);
            // The marks in an old definition are as old.
            await driver.describe(guestDescription(deps.database, instanceId), options);
            return agreeOnDefinition(driver, instanceId, options);
          });
        },
      },
    ],
    ended(tx, { task }, outcome) {
      const key = { instanceId, requestId: task.requestId };
      if (outcome.state === 'done') finishAction(tx, key, 'success');
      else {
        const result = outcome.state === 'cancelled' ? 'cancelled' : 'error';
        finishAction(tx, key, result, outcome.failure.error.message);
      }
      return undefined;
    },
  };
}
