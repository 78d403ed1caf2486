import type { ComputeDriver } from '../compute/driver.ts';
import type { Step, StepContext } from '../queue/operation.ts';

export type OnHost = (context: StepContext, work: (driver: ComputeDriver) => Promise<void>) => Promise<void>;

interface Guest {
  readonly instanceId: string;
  readonly macOf: () => string;
  /** somebody else made it: it keeps its disks and whatever else it brought along */
  readonly isAdopted: boolean;
}

/** The steps that leave nothing of a guest on its host, whatever of it there is. */
export function takeDownSteps({ instanceId, macOf, isAdopted }: Guest, onHost: OnHost): Step[] {
  const step = (
    name: string,
    work: (driver: ComputeDriver, options: { signal: AbortSignal }) => Promise<void>,
  ): Step => ({
    name,
    async do(context) {
      await onHost(context, (driver) => work(driver, { signal: context.signal }));
      return undefined;
    },
  });
  const off = [
    step('destroy', (driver, options) => driver.destroy(instanceId, options)),
    step('undefine', (driver, options) => driver.undefine(instanceId, options)),
  ];
  if (isAdopted) {
    return [
      ...off,
      step('remove_rescue_disk', (driver, options) => driver.removeRescueDisk(instanceId, options)),
    ];
  }
  return [
    ...off,
    step('remove_disks', (driver, options) => driver.removeDisks(instanceId, options)),
    step('release_address', (driver, options) => driver.releaseAddress(instanceId, macOf(), options)),
  ];
}
