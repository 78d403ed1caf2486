import type { DriverRegistry } from '../../compute/driver.ts';
import type { Instance, instanceMethods } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { listActions } from '../../state/actions.ts';
import type { Database } from '../../state/database.ts';
import { getDecision, listDecisions } from '../../state/decisions.ts';
import { listInstances } from '../../state/instances.ts';
import { readConsoleLog } from '../console-log.ts';
import { findInstance, hostOf } from './find-instance.ts';
import { instanceActHandlers } from './instance-acts.ts';
import { createInstances } from './instance-create.ts';
import type { Handlers } from '../router.ts';
import { previewLaunch } from '../scheduler.ts';

/** milliseconds */
const XML_DEADLINE = 20_000;

/** @throws ExpectedError `instance.no_console` */
function refuseAdopted({ name, origin }: Instance): void {
  if (origin === 'launched') return;
  throw new ExpectedError(
    'instance.no_console',
    `The guest of “${name}” was adopted: its serial port is not logged.`,
    {
      remedy: 'Open its serial console to see what it writes from now on.',
    },
  );
}

export function instanceHandlers(
  database: Database,
  drivers: DriverRegistry,
): Handlers<keyof typeof instanceMethods> {
  return {
    ...instanceActHandlers(database, drivers),
    'instance.create': (input, context) => createInstances(database, input, context),
    'instance.preview': (input) => previewLaunch(database, input),
    'instance.decision': ({ ref }) => getDecision(database, findInstance(database, ref).id),
    'instance.decisions': ({ ref }) => listDecisions(database, findInstance(database, ref).id),
    'instance.list': () => listInstances(database),
    'instance.show': ({ ref }) => findInstance(database, ref),
    'instance.actions': ({ ref }) => listActions(database, findInstance(database, ref).id),
    'instance.xml': async ({ ref }) => {
      const instance = findInstance(database, ref);
      const driver = drivers.get(hostOf(instance));
      return { xml: await driver.domainXml(instance.id, { signal: AbortSignal.timeout(XML_DEADLINE) }) };
    },
    'instance.consoleLog': ({ ref, ...request }) => {
      const instance = findInstance(database, ref);
      refuseAdopted(instance);
      return readConsoleLog(drivers.get(hostOf(instance)), instance.id, request);
    },
  };
}
