import type { DriverRegistry } from '../compute/driver.ts';
import type { Database } from '../state/database.ts';
import { aggregateHandlers } from './aggregates.ts';
import { backupHandlers } from './backups.ts';
import { consoleHandlers } from './consoles.ts';
import type { ConsoleTickets } from './console-tickets.ts';
import type { FindingControl } from './finding-resolve.ts';
import { findingHandlers } from './findings.ts';
import { flavorHandlers } from './flavors.ts';
import { type HostApiParts, hostHandlers } from './hosts.ts';
import { imageHandlers } from './images.ts';
import { instanceHandlers } from './instances/instances.ts';
import { keypairHandlers } from './keypairs.ts';
import { placementHandlers } from './placement.ts';
import { projectHandlers } from './projects.ts';
import { ownershipHandlers } from './ownership.ts';
import type { Handlers } from './router.ts';
import { schedulerHandlers } from './scheduler.ts';
import { serverGroupHandlers } from './server-groups.ts';
import { type SystemFacts, systemHandlers } from './system.ts';
import { type TaskControl, taskHandlers } from './tasks.ts';

export interface ApiParts {
  readonly database: Database;
  readonly drivers: DriverRegistry;
  readonly tasks: TaskControl;
  readonly tickets: ConsoleTickets;
  readonly hosts: HostApiParts;
  readonly inventory: FindingControl;
  /** `~/.ssh`, where public keys are looked for */
  readonly sshFolder: string;
  readonly facts: SystemFacts;
}

/** Every method of the contract, each with what it needs and no more. */
export function apiHandlers(parts: ApiParts): Handlers {
  const { database, drivers } = parts;
  const ownership = ownershipHandlers(database, drivers, parts.hosts.control);
  return {
    ...flavorHandlers(database),
    ...projectHandlers(database),
    ...keypairHandlers(database, parts.sshFolder),
    ...imageHandlers(database),
    ...hostHandlers(database, parts.hosts),
    ...placementHandlers(database),
    ...instanceHandlers(database, drivers),
    ...aggregateHandlers(database),
    ...serverGroupHandlers(database),
    ...schedulerHandlers(database),
    ...ownership,
    ...taskHandlers(database, parts.tasks),
    ...consoleHandlers(database, drivers, parts.tickets),
    ...systemHandlers(database, parts.facts),
    ...backupHandlers(database),
    ...findingHandlers({
      database,
      drivers,
      inventory: parts.inventory,
      recover: ownership['recovery.run'],
    }),
  };
}
