import type { DriverRegistry } from '../../compute/driver.ts';
import type { Instance, Parsed } from '../../contract/index.ts';
import { toErrorBody } from '../../domain/errors.ts';
import type { RequestContext } from '../../identity/context.ts';
import { holderIn, loseInstance } from '../../queue/ownership.ts';
import {
  abandonAction,
  type ActionKey,
  finishAction,
  finishActionEvent,
  startAction,
  startActionEvent,
  unfinishedActions,
} from '../../state/actions.ts';
import type { Database, Tx } from '../../state/database.ts';
import { getImage } from '../../state/images.ts';
import { transition } from '../../state/instance-changes.ts';
import { listInstancesAt } from '../../state/instances.ts';
import { findInstance, onHostNow } from './find-instance.ts';

/** milliseconds, above the agent's own */
const DEADLINE = 30_000;
const ACTION = 'set_password';
const OWN = { taskState: 'updating_password' } as const;

/** `os_admin_user` of its image; nova/virt/libvirt/driver.py `set_admin_password` */
function adminOf(tx: Tx, { imageId }: Instance): string {
  const image = imageId === null ? undefined : getImage(tx, imageId);
  const named = image?.properties['os_admin_user'];
  if (named !== undefined && named !== '') return named;
  return image?.properties['os_type'] === 'windows' ? 'Administrator' : 'root';
}

function begin(tx: Tx, ref: string, { requestId, user }: RequestContext) {
  const { instance, hostId } = onHostNow(tx, ref, ACTION);
  const changed = transition(tx, instance.id, { set: OWN });
  const key = { instanceId: instance.id, requestId };
  startAction(tx, key, ACTION, user);
  const event = startActionEvent(tx, key, ACTION, instance.hostName);
  return { instance: changed ?? instance, hostId, key, event, admin: adminOf(tx, instance) };
}

function end(database: Database, key: ActionKey, event: number, error: unknown): void {
  database.write((tx) => {
    transition(tx, key.instanceId, { expect: OWN, set: { taskState: null } });
    const body = error === null ? null : toErrorBody(error);
    const result = body === null ? 'success' : 'error';
    finishActionEvent(tx, key, event, result, body?.message);
    finishAction(tx, key, result, body?.message);
    const holder = body && holderIn(body);
    if (holder !== null) loseInstance(tx, key.instanceId, holder);
  });
}

/**
 * Within the call and by no task: the password goes to the guest and nowhere else, so there is nothing that another
 * process could go on with. nova/compute/manager.py `set_admin_password`
 */
export async function setPassword(
  database: Database,
  drivers: DriverRegistry,
  { ref, password, user }: Parsed<'instance.setPassword'>,
  context: RequestContext,
): Promise<Instance> {
  const { instance, hostId, key, event, admin } = database.write((tx) => begin(tx, ref, context));
  const signal = AbortSignal.timeout(DEADLINE);
  try {
    await drivers.get(hostId).setUserPassword(instance.id, user ?? admin, password, { signal });
  } catch (error) {
    end(database, key, event, error);
    throw error;
  }
  end(database, key, event, null);
  return findInstance(database, instance.id);
}

/** Sets right what a process left that ended while it set a password: nobody goes on with that. */
export function sweepPasswords(tx: Tx): void {
  const stale = listInstancesAt(tx, OWN.taskState);
  for (const { id } of stale) {
    transition(tx, id, { expect: OWN, set: { taskState: null } });
    for (const requestId of unfinishedActions(tx, id, ACTION)) {
      const message = 'Micronova ended before the guest had answered: try the old password and the new one.';
      abandonAction(tx, { instanceId: id, requestId }, message);
    }
  }
}
