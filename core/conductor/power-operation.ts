import type { PowerState, TaskState, VmState } from '../contract/index.ts';
import type { ComputeDriver } from '../compute/driver.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Operation } from '../queue/operation.ts';
import type { ConductorDeps } from './deps.ts';
import { needInstance } from './guest.ts';
import { askHost } from './host-word.ts';
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
      {
        name: action.step,
        async do(context) {
          const { hostId, name } = needInstance(deps.database, instanceId).instance;
          if (hostId === null) {
            throw new ExpectedError('host.unavailable', `“${name}” is on no host`, {
              remedy: 'Delete it and create it again.',
            });
          }
          await deps.hosts.use(hostId, context, (driver) => action.act(driver, context.signal));
          return undefined;
        },
        undo: (context) => askHost(deps, instanceId, context),
      },
    ],
    ended(tx, context, outcome) {
      const done = { ...action.becomes, seenAt: tx.now() };
      endAction(tx, context, outcome, { instanceId, own, done, failed: {} });
      return undefined;
    },
  };
}
