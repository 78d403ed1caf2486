import type { Operation } from '../../queue/operation.ts';
import type { ConductorDeps } from '../deps.ts';
import { powerOperation } from '../power-operation.ts';

/** nova/compute/manager.py `pause_instance` */
export function pauseInstance(deps: ConductorDeps, instanceId: string): Operation {
  return powerOperation(deps, {
    instanceId,
    step: 'pause',
    own: ['pausing'],
    becomes: { vmState: 'paused', powerState: 'PAUSED' },
    act: (driver, signal) => driver.pause(instanceId, { signal }),
  });
}

/** nova/compute/manager.py `unpause_instance` */
export function unpauseInstance(deps: ConductorDeps, instanceId: string): Operation {
  return powerOperation(deps, {
    instanceId,
    step: 'unpause',
    own: ['unpausing'],
    becomes: { vmState: 'active', powerState: 'RUNNING' },
    act: (driver, signal) => driver.unpause(instanceId, { signal }),
  });
}
