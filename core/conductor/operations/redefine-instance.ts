import { ExpectedError } from '../../domain/errors.ts';
import type { Operation } from '../../queue/operation.ts';
import { agreeOnDefinition } from '../agree.ts';
import type { ConductorDeps } from '../deps.ts';
import { guestDescription, needInstance } from '../guest.ts';
import { endAction, recordSteps } from '../record.ts';

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
    // It shows nothing in flight, so there is nothing to end but its record.
    ended(tx, context, outcome) {
      endAction(tx, context, outcome, { instanceId, own: [], done: {}, failed: {} });
      return undefined;
    },
  };
}
