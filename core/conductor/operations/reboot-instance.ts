import type { ComputeDriver } from '../../compute/driver.ts';
import { ExpectedError, isExpected } from '../../domain/errors.ts';
import type { Operation } from '../../queue/operation.ts';
import type { ConductorDeps } from '../deps.ts';
import { powerOperation } from '../power-operation.ts';

/** milliseconds until a soft reboot becomes a hard one: `wait_soft_reboot_seconds` in nova/conf/libvirt.py */
const SOFT_REBOOT_TIMEOUT = 120_000;

async function softReboot(driver: ComputeDriver, instanceId: string, signal: AbortSignal): Promise<void> {
  if (driver.capabilities.softReboot !== 'yes') {
    throw new ExpectedError('not_supported', 'The host cannot ask a guest to reboot', {
      remedy: 'Reboot it hard: that is power off and on again.',
    });
  }
  try {
    await driver.softReboot(instanceId, SOFT_REBOOT_TIMEOUT, { signal });
  } catch (error) {
    if (!isExpected(error, 'libvirt.timeout')) throw error;
    await driver.hardReboot(instanceId, { signal });
  }
}

/** nova/compute/manager.py `reboot_instance` */
export function rebootInstance(deps: ConductorDeps, instanceId: string, type: 'soft' | 'hard'): Operation {
  return powerOperation(deps, {
    instanceId,
    step: type === 'soft' ? 'reboot' : 'reboot_hard',
    own: type === 'soft' ? ['rebooting', 'reboot_pending', 'reboot_started'] : ['rebooting_hard'],
    becomes: { vmState: 'active', powerState: 'RUNNING' },
    act: (driver, signal) =>
      type === 'soft' ? softReboot(driver, instanceId, signal) : driver.hardReboot(instanceId, { signal }),
  });
}
