import type { Operation } from '../../queue/operation.ts';
import type { ConductorDeps } from '../deps.ts';
import { powerOperation } from '../power-operation.ts';

/** Managed save: the memory goes to a file on the host, and the guest off. nova/compute/manager.py `suspend_instance` */
export function suspendInstance(deps: ConductorDeps, instanceId: string): Operation {
  return powerOperation(deps, {
    instanceId,
    step: 'suspend',
    own: ['suspending'],
    becomes: { vmState: 'suspended', powerState: 'SHUTDOWN' },
    act: (driver, signal) => driver.suspend(instanceId, { signal }),
  });
}

/** nova/compute/manager.py `resume_instance` */
export function resumeInstance(deps: ConductorDeps, instanceId: string): Operation {
  return powerOperation(deps, {
    instanceId,
    step: 'resume',
    own: ['resuming'],
    becomes: { vmState: 'active', powerState: 'RUNNING' },
    act: (driver, signal) => driver.resume(instanceId, { signal }),
  });
}
