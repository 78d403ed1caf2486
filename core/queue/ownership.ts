import { z } from 'zod';
import type { ErrorBody } from '../contract/index.ts';
import { release } from '../placement/allocations.ts';
import { finishAction, startAction } from '../state/actions.ts';
import type { Tx } from '../state/database.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstance } from '../state/instances.ts';
import { q } from '../state/query.ts';
import { updateTask } from '../state/tasks.ts';
import { enqueue } from './enqueue.ts';
import { hostLane } from './kinds.ts';

const Holder = z.object({ controlName: z.string() });

/** Who has the guest now, as far as the fence told. */
export function holderIn(error: ErrorBody): string | null {
  if (error.code !== 'instance.taken_over') return null;
  return Holder.safeParse(error.details).data?.controlName ?? 'another Micronova';
}

function cancelWaiting(tx: Tx, instanceId: string): void {
  const waiting = q
    .selectFrom('tasks')
    .select('id')
    .where('instance_id', '=', instanceId)
    .where('state', '=', 'queued');
  for (const { id } of tx.all(waiting)) updateTask(tx, id, { set: { cancelRequested: true } });
}

/**
 * Another Micronova has the guest now. The row stays as it was, for the person to see; what it claimed comes back with
 * the other's guest, what waited is cancelled, and what runs meets the fence at its next step. Nothing is done on the
 * host.
 * @param by the other's name, as `account@computer`
 */
export function loseInstance(tx: Tx, instanceId: string, by: string): void {
  const instance = getInstance(tx, instanceId);
  if (instance === undefined || instance.takenOver?.by === by) return;
  transition(tx, instanceId, { set: { takenOver: { by, at: tx.now() } } });
  release(tx, instanceId);
  cancelWaiting(tx, instanceId);
  const key = { instanceId, requestId: `req-${tx.uuid()}` };
  startAction(tx, key, 'taken_over', by);
  finishAction(tx, key, 'success', `Taken over by ${by}`);
}

interface ToDescribe {
  readonly instanceId: string;
  readonly hostId: string;
  readonly name: string;
  readonly requestId?: string;
}

/**
 * Has the mark on an instance's guest written anew, as soon as its host is there: whatever is asked for until then is one
 * task. It does not stand in the way of what else is to be done with the instance.
 */
export function leaveToDescribe(tx: Tx, { instanceId, hostId, name, requestId }: ToDescribe): void {
  const input = { instanceId, hostId };
  const waiting = q
    .selectFrom('tasks')
    .select('id')
    .where('kind', '=', 'instance.describe')
    .where('host_id', '=', hostId)
    .where('input_json', '=', JSON.stringify(input))
    .where('state', '=', 'queued');
  if (tx.first(waiting) !== undefined) return;
  enqueue(tx, {
    kind: 'instance.describe',
    waitsFor: 'host',
    input,
    subject: name,
    hostId,
    requestId: requestId ?? `req-${tx.uuid()}`,
    cancellable: true,
    lane: hostLane(hostId),
  });
}
