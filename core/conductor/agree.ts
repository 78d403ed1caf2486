import type { ComputeDriver, StepOptions } from '../compute/driver.ts';
import type { Commit } from '../queue/operation.ts';
import { transition } from '../state/instance-changes.ts';

/**
 * What the host made of a definition of ours, as the one that later looks are held against. Whatever step defines a guest,
 * or changes its definition, returns this as its commit: otherwise it is taken for somebody else's doing.
 */
export async function agreeOnDefinition(
  driver: ComputeDriver,
  instanceId: string,
  options: StepOptions,
): Promise<Commit> {
  const definitionXml = await driver.definition(instanceId, options);
  return (tx) => void transition(tx, instanceId, { set: { definitionXml } });
}
