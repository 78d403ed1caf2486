import type { Operation } from '../../queue/operation.ts';
import type { ConductorDeps } from '../deps.ts';
import { powerOperation } from '../power-operation.ts';

/** nova/compute/manager.py `start_instance` */
export function startInstance(deps: ConductorDeps, instanceId: string): Operation {
  return powerOperation(deps, {
    instanceId,
    step: 'start',
    own: ['powering-on'],
    becomes: { vmState: 'active', powerState: 'RUNNING' },
    act: (driver, signal) => driver.start(instanceId, { signal }),
  });
}
