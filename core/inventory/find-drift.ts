import type { ComputeDriver, StepOptions } from '../compute/driver.ts';
import type { Instance } from '../contract/index.ts';
import { isExpected } from '../domain/errors.ts';
import { isLive } from '../domain/power-states.ts';
import { comparableDefinition, definedSize } from '../libvirt/xml/definition.ts';
import type { Database } from '../state/database.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstanceRecord } from '../state/instances.ts';
import type { Found } from './findings.ts';

/**
 * Holds the definition of one instance against the one that we last agreed to. The first look agrees to what is there.
 * @returns null when there is nothing to tell
 */
export async function findDrift(
  database: Database,
  driver: ComputeDriver,
  { id, hostId }: Pick<Instance, 'id' | 'hostId'>,
  options: StepOptions,
): Promise<Found | null> {
  const theirs = await definitionOf(driver, id, options);
  if (theirs === null) return null;
  const record = getInstanceRecord(database, id);
  // An operation in flight may have redefined it: its own commit says to what it agreed.
  if (record?.instance.taskState !== null || record.instance.hostId !== hostId) return null;
  const { instance, definitionXml } = record;
  // While a guest is rescued its definition is one for the time being.
  const isRescued = instance.vmState === 'rescued' || record.rescue !== null;
  if (isRescued || definitionXml === theirs) return null;
  const drift = definitionXml === null ? null : driftOf(instance, definitionXml, theirs);
  if (drift !== null) return drift;
  // Only its marks are others, or it is looked at for the first time.
  const expect = { vmState: instance.vmState, taskState: null, hostId };
  if (definitionXml !== null || isLive(instance.vmState)) {
    database.write((tx) => transition(tx, id, { expect, set: { definitionXml: theirs } }));
  }
  return null;
}

/** null: the guest is gone */
async function definitionOf(driver: ComputeDriver, id: string, options: StepOptions): Promise<string | null> {
  try {
    return await driver.definition(id, options);
  } catch (error) {
    if (isExpected(error, 'libvirt.not_found')) return null;
    throw error;
  }
}

function driftOf(instance: Instance, agreed: string, theirs: string): Found | null {
  const definitions = { ours: comparableDefinition(agreed), host: comparableDefinition(theirs) };
  if (definitions.ours === definitions.host) return null;
  const size = definedSize(theirs);
  const { vcpus, ram } = instance.flavor;
  const grown = size !== null && (size.vcpus !== vcpus || size.ram !== ram);
  const sizes = grown
    ? ` It has ${size.vcpus} vCPUs and ${size.ram} MiB now, in place of ${vcpus} and ${ram}: to accept it changes the instance’s size and its claim, too.`
    : '';
  const when =
    instance.powerState === 'SHUTDOWN'
      ? ''
      : ' The guest is not off: a restored definition counts from its next start on.';
  return {
    kind: 'drift',
    key: instance.id,
    instanceId: instance.id,
    subject: instance.name,
    detail: `Somebody changed the definition on the host.${sizes}${when}`,
    definitions,
    resolutions: ['accept_host', 'restore_ours'],
  };
}
