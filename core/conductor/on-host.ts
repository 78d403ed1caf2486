import type { ComputeDriver, StepOptions } from '../compute/driver.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Commit, Step, StepContext } from '../queue/operation.ts';
import type { ConductorDeps } from './deps.ts';
import { needInstance } from './guest.ts';

/** @throws ExpectedError `host.unavailable` when the instance is on no host */
export function hostIdOf({ database }: ConductorDeps, instanceId: string): string {
  const { hostId, name } = needInstance(database, instanceId).instance;
  if (hostId !== null) return hostId;
  throw new ExpectedError('host.unavailable', `“${name}” is on no host`, {
    remedy: 'Delete it and create it again.',
  });
}

/**
 * Who has begun already waits for a host that went away between two steps, as who is in the middle of one does: half done
 * is worse than late.
 */
export function patient({ signal, resumed, task }: StepContext) {
  return { signal, resumed: resumed || task.steps.length > 1 };
}

interface OnHost {
  readonly work: (driver: ComputeDriver, options: StepOptions) => Promise<void>;
  /** what is written down together with the end of the step */
  readonly commit?: Commit;
  /** asked before the host is: false leaves the step out */
  readonly when?: () => boolean;
  readonly undo?: NonNullable<Step['undo']>;
}

/** A step on the host of an instance. */
export function hostStep(
  deps: ConductorDeps,
  instanceId: string,
  name: string,
  { work, commit, when = () => true, undo }: OnHost,
): Step {
  return {
    name,
    async do(context) {
      const { signal } = context;
      const hostId = hostIdOf(deps, instanceId);
      if (when()) await deps.hosts.use(hostId, patient(context), (driver) => work(driver, { signal }));
      return commit;
    },
    ...(undo && { undo }),
  };
}

/** The same in an undo, which no earlier process began. */
export async function undoOnHost(
  deps: ConductorDeps,
  instanceId: string,
  context: StepContext,
  work: (driver: ComputeDriver, options: StepOptions) => Promise<void>,
): Promise<void> {
  const { hostId } = needInstance(deps.database, instanceId).instance;
  if (hostId === null) return;
  const { signal } = context;
  await deps.hosts.use(hostId, patient(context), (driver) => work(driver, { signal }));
}
