import type { Task } from '../contract/index.ts';
import { fromErrorBody } from '../domain/errors.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane, TASK_KINDS, type TaskInput } from '../queue/kinds.ts';
import type { Operation } from '../queue/operation.ts';
import { pendingInputs } from '../queue/pending.ts';
import type { Tx } from '../state/database.ts';
import { hostNameOf } from '../state/hosts.ts';
import { q } from '../state/query.ts';
import { isLinkLoss } from './hosts.ts';

type Cleanup = 'instance.cleanup' | 'image.cleanup';

/**
 * Has what is left on a host that went away taken down once the host is back; asked for any number of times it is one
 * task.
 * @param from the task that had to leave it
 */
export function leaveToCleanup<K extends Cleanup>(
  tx: Tx,
  kind: K,
  input: TaskInput<K>,
  { id, subject, requestId }: Pick<Task, 'id' | 'subject' | 'requestId'>,
): void {
  const waiting = q
    .selectFrom('tasks')
    .select('id')
    .where('id', '!=', id)
    .where('kind', '=', kind)
    .where('input_json', '=', JSON.stringify(TASK_KINDS[kind].parse(input)))
    .where('state', 'in', ['queued', 'running']);
  const { hostId } = input;
  // A host that was removed does not come back, and what waits for it would wait for ever.
  if (hostNameOf(tx, hostId) === null || tx.first(waiting) !== undefined) return;
  const imageId = 'imageId' in input ? { imageId: input.imageId } : {};
  const rest = { subject, hostId, requestId, cancellable: true, lane: hostLane(hostId), ...imageId };
  enqueue(tx, { kind, input, ...rest, waitsFor: 'host' });
}

/** Hosts on which something of an instance still lies that is to be taken down: what is found there is not its disks. */
export function hostsWithLeftovers(tx: Tx, instanceId: string): string[] {
  return pendingInputs(tx, 'instance.cleanup')
    .filter((input) => input.instanceId === instanceId)
    .map((input) => input.hostId);
}

/** A cleanup whose host went away again is left to the next time. */
export function againWhenBack<K extends Cleanup>(
  kind: K,
  input: TaskInput<K>,
): Required<Pick<Operation, 'ended'>> {
  return {
    ended(tx, { task }, outcome) {
      if (outcome.state === 'failed' && isLinkLoss(fromErrorBody(outcome.failure.error))) {
        leaveToCleanup(tx, kind, input, task);
      }
      return undefined;
    },
  };
}
