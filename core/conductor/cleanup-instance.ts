import type { Operation } from '../queue/operation.ts';
import { getHost } from '../state/hosts.ts';
import { getInstance } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';
import { againWhenBack } from './leftovers.ts';
import { takeDownSteps } from './take-down.ts';

interface Leftover {
  readonly instanceId: string;
  readonly hostId: string;
  readonly mac: string;
  /** they lie on storage that the instance's new host shares */
  readonly keepDisks: boolean;
}

/** Takes down what a failed build or an evacuation had to leave on a host that was away, now that the host is back. */
export function cleanupInstance({ database, hosts }: ConductorDeps, leftover: Leftover): Operation {
  const { instanceId, hostId, mac, keepDisks } = leftover;
  return {
    ...againWhenBack('instance.cleanup', leftover),
    steps: takeDownSteps(
      instanceId,
      () => mac,
      async (context, work) => {
        const livesThere = getInstance(database, instanceId)?.hostId === hostId;
        if (!livesThere && getHost(database, hostId) !== undefined) await hosts.use(hostId, context, work);
      },
    ).filter(({ name }) => !(keepDisks && name === 'remove_disks')),
  };
}
