import type { Task } from '../contract/index.ts';
import { ExpectedError, toErrorBody } from '../domain/errors.ts';
import { release } from '../placement/allocations.ts';
import { putForeignClaims } from '../placement/foreign-claims.ts';
import { awaitsHost } from '../queue/turns.ts';
import { endUnbegun } from '../queue/unbegun.ts';
import { leaveAggregates } from '../state/aggregates.ts';
import type { Tx } from '../state/database.ts';
import { deleteHost, getHost } from '../state/hosts.ts';
import { markDeleted } from '../state/instance-changes.ts';
import { listInstancesOn } from '../state/instances.ts';
import { listActiveTasks } from '../state/tasks.ts';

const MOST_NAMES = 5;

function inUse(what: string, remedy: string, details: Record<string, unknown>): ExpectedError {
  return new ExpectedError('host.in_use', what, { field: 'ref', remedy, details });
}

const waits = (task: Task): boolean => task.state === 'queued' && awaitsHost(task);

/** What runs on a host that is gone fails by itself in a moment; what waits for it would wait for ever. */
function endTasks(tx: Tx, hostId: string, name: string, force: boolean): void {
  const tasks = listActiveTasks(tx).filter((task) => task.hostId === hostId);
  const inTheWay = tasks.filter((task) => task.state === 'running' || !(force || waits(task)));
  if (inTheWay.length > 0) {
    throw inUse(
      `There is work under way on “${name}”: ${inTheWay.length === 1 ? 'one task' : `${inTheWay.length} tasks`}.`,
      'Wait until it has ended, or cancel it.',
      { taskIds: inTheWay.map((task) => task.id) },
    );
  }
  const error = toErrorBody(new ExpectedError('host.not_found', `The host “${name}” was removed.`));
  for (const task of tasks) endUnbegun(tx, task, 'cancelled', error);
}

/**
 * Forgets a host. Nothing is done on it: its guests run on, and those of Micronova can be found again by their metadata.
 * @param force forget the instances on it as well
 * @throws ExpectedError `host.in_use`
 */
export function removeHost(tx: Tx, id: string, force: boolean): void {
  const name = getHost(tx, id)?.name ?? id;
  endTasks(tx, id, name, force);
  const instances = listInstancesOn(tx, id);
  if (instances.length > 0 && !force) {
    const names = instances.slice(0, MOST_NAMES).map((instance) => `“${instance.name}”`);
    const more = instances.length > MOST_NAMES ? ` and ${instances.length - MOST_NAMES} more` : '';
    throw inUse(
      `There are instances on “${name}”: ${names.join(', ')}${more}.`,
      'Delete them first, or remove the host with force: they run on there, and Micronova forgets them.',
      { instanceIds: instances.map((instance) => instance.id) },
    );
  }
  for (const instance of instances) {
    release(tx, instance.id);
    markDeleted(tx, instance.id);
  }
  putForeignClaims(tx, id, []);
  leaveAggregates(tx, id);
  deleteHost(tx, id);
}
