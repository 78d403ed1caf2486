import type { PowerState, TaskState, VmState } from '../contract/index.ts';
import type { ComputeDriver } from '../compute/driver.ts';
import type { Operation } from '../queue/operation.ts';
import type { ConductorDeps } from './deps.ts';
import { askHost } from './host-word.ts';
import { hostStep } from './on-host.ts';
import { endAction, recordSteps } from './record.ts';

interface PowerAction {
  readonly instanceId: string;
  readonly step: string;
  readonly own: readonly TaskState[];
  readonly becomes: { readonly vmState: VmState; readonly powerState: PowerState };
  readonly act: (driver: ComputeDriver, signal: AbortSignal) => Promise<void>;
}

/** One step on the instance's host; when it fails the instance is what the host says it is. */
export function powerOperation(deps: ConductorDeps, action: PowerAction): Operation {
  const { instanceId, own } = action;
  return {
    ...recordSteps(instanceId),
    steps: [
      hostStep(deps, instanceId, action.step, {
        work: (driver, { signal }) => action.act(driver, signal),
        undo: (context) => askHost(deps, instanceId, context),
      }),
    ],
    ended(tx, context, outcome) {
      const done = { ...action.becomes, seenAt: tx.now() };
      endAction(tx, context, outcome, { instanceId, own, done, failed: {} });
      return undefined;
    },
  };
}
