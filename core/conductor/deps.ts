import type { DriverRegistry } from '../compute/driver.ts';
import type { Log } from '../domain/log.ts';
import type { ImageStore } from '../image/store.ts';
import type { Clock } from '../queue/clock.ts';
import type { Random } from '../scheduler/select.ts';
import type { Database } from '../state/database.ts';
import { Hosts } from './hosts.ts';
import { ImageCopies } from './image-copies.ts';

/** What the conductor is given. */
export interface ConductorOptions {
  readonly database: Database;
  readonly drivers: DriverRegistry;
  readonly images: Pick<ImageStore, 'path' | 'import' | 'fetch' | 'remove'>;
  readonly clock: Clock;
  readonly log: Log;
  /** draws the scheduler's lots; left out: `Math.random` */
  readonly random?: Random;
}

/** What every operation works with. */
export interface ConductorDeps extends ConductorOptions {
  readonly hosts: Hosts;
  readonly copies: ImageCopies;
}

export function conductorDeps(options: ConductorOptions): ConductorDeps {
  const hosts = new Hosts(options.drivers, options.clock);
  return { ...options, hosts, copies: new ImageCopies(options.database, hosts) };
}
