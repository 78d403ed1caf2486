import type { DriverRegistry } from '../compute/driver.ts';
import { type Instance, type instanceMethods, Metadata, type Parsed } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { leaveToDescribe } from '../queue/ownership.ts';
import { listActions } from '../state/actions.ts';
import type { Database } from '../state/database.ts';
import { getDecision, listDecisions } from '../state/decisions.ts';
import { listInstances, transition } from '../state/instances.ts';
import { readConsoleLog } from './console-log.ts';
import { checkState, findInstance, hostOf } from './find-instance.ts';
import { createInstances } from './instance-create.ts';
import { evacuateInstance } from './instance-evacuate.ts';
import { deleteInstance, rebootInstance, startInstance, stopInstance } from './instance-power.ts';
import { findProject } from './projects.ts';
import { checkMetadataQuota } from './quota.ts';
import type { Handlers } from './router.ts';
import { previewLaunch } from './scheduler.ts';
import type { UNBUILT } from './unbuilt.ts';

/** milliseconds */
const XML_DEADLINE = 20_000;

function setInstance(
  database: Database,
  { ref, name, metadata = {}, unsetMetadata = [] }: Parsed<'instance.set'>,
  { requestId }: RequestContext,
): Instance {
  return database.write((tx) => {
    const instance = findInstance(tx, ref);
    checkState(tx, instance, 'rename');
    const kept = Object.entries(instance.metadata).filter(([key]) => !unsetMetadata.includes(key));
    const merged = { ...Object.fromEntries(kept), ...metadata };
    checkMetadataCount(merged);
    checkMetadataQuota(findProject(tx, instance.projectId), merged, instance.metadata);
    const changed = transition(tx, instance.id, { set: { name, metadata: merged } }) ?? instance;
    if (changed.hostId !== null && changed.takenOver === null) {
      leaveToDescribe(tx, { instanceId: changed.id, hostId: changed.hostId, name: changed.name, requestId });
    }
    return changed;
  });
}

// The contract sees only what is added; what was there counts, too.
function checkMetadataCount(metadata: Instance['metadata']): void {
  if (Metadata.safeParse(metadata).success) return;
  throw new ExpectedError('bad_input', '“metadata” must have at most 128 items.', {
    field: 'metadata',
    remedy: 'Remove some with unsetMetadata.',
  });
}

export function instanceHandlers(
  database: Database,
  drivers: DriverRegistry,
): Handlers<Exclude<keyof typeof instanceMethods, (typeof UNBUILT)[number]>> {
  return {
    'instance.create': (input, context) => createInstances(database, input, context),
    'instance.preview': (input) => previewLaunch(database, input),
    'instance.decision': ({ ref }) => getDecision(database, findInstance(database, ref).id),
    'instance.decisions': ({ ref }) => listDecisions(database, findInstance(database, ref).id),
    'instance.list': () => listInstances(database),
    'instance.show': ({ ref }) => findInstance(database, ref),
    'instance.actions': ({ ref }) => listActions(database, findInstance(database, ref).id),
    'instance.delete': (input, context) => database.write((tx) => deleteInstance(tx, input, context)),
    'instance.start': (input, context) => database.write((tx) => startInstance(tx, input, context)),
    'instance.stop': (input, context) => database.write((tx) => stopInstance(tx, input, context)),
    'instance.reboot': (input, context) => database.write((tx) => rebootInstance(tx, input, context)),
    'instance.evacuate': (input, context) => database.write((tx) => evacuateInstance(tx, input, context)),
    'instance.set': (input, context) => setInstance(database, input, context),
    'instance.xml': async ({ ref }) => {
      const instance = findInstance(database, ref);
      const driver = drivers.get(hostOf(instance));
      return { xml: await driver.domainXml(instance.id, { signal: AbortSignal.timeout(XML_DEADLINE) }) };
    },
    'instance.consoleLog': ({ ref, ...request }) => {
      const instance = findInstance(database, ref);
      return readConsoleLog(drivers.get(hostOf(instance)), instance.id, request);
    },
  };
}
