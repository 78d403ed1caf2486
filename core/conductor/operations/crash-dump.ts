import type { Operation } from '../../queue/operation.ts';
import type { ConductorDeps } from '../deps.ts';
import { hostStep } from '../on-host.ts';
import { endAction, recordSteps } from '../record.ts';

/** It changes nothing about the instance, so its row stays as it is. nova/compute/manager.py `trigger_crash_dump` */
export function crashDump(deps: ConductorDeps, instanceId: string): Operation {
  return {
    ...recordSteps(instanceId),
    steps: [
      hostStep(deps, instanceId, 'inject_nmi', {
        work: (driver, options) => driver.injectNmi(instanceId, options),
      }),
    ],
    ended(tx, context, outcome) {
      endAction(tx, context, outcome, { instanceId, own: [], done: {}, failed: {} });
      return undefined;
    },
  };
}
