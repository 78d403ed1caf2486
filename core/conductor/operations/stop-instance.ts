import type { Operation } from '../../queue/operation.ts';
import type { ConductorDeps } from '../deps.ts';
import { powerOperation } from '../power-operation.ts';

/** milliseconds for the guest to power itself off: `shutdown_timeout` in nova/conf/compute.py */
export const SHUTDOWN_TIMEOUT = 60_000;

/** nova/compute/manager.py `stop_instance` */
export function stopInstance(deps: ConductorDeps, instanceId: string): Operation {
  return powerOperation(deps, {
    instanceId,
    step: 'stop',
    own: ['powering-off'],
    becomes: { vmState: 'stopped', powerState: 'SHUTDOWN' },
    act: (driver, signal) => driver.stop(instanceId, SHUTDOWN_TIMEOUT, { signal }),
  });
}
