import type { Instance } from '../contract/index.ts';
import { canDo } from '../domain/instance-states.ts';
import type { Log } from '../domain/log.ts';
import type { Clock } from '../queue/clock.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane } from '../queue/kinds.ts';
import { startAction } from '../state/actions.ts';
import type { Database, Tx } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { transition } from '../state/instance-changes.ts';
import { listReclaimable } from '../state/instances.ts';
import { ACTS } from './acts.ts';

/** who is named in the record of a deletion that only the clock asked for */
const BY = 'reclaim time';
/** milliseconds until one that could not be deleted is tried again */
const RETRY = 600_000;
/** milliseconds: the longest that a timer of Node's takes is somewhat above it */
const LONGEST_WAIT = 24 * 3_600_000;

interface ReclaimerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Deletes softly deleted instances for good when their time has come. What it knows is in the rows, so a time that
 * passed while Micronova was not there counts, too. One whose host is away waits for the host; one that somebody locked,
 * or started again by hand, stays. nova/compute/manager.py `_reclaim_queued_deletes`
 */
export class Reclaimer implements Disposable {
  readonly #parts: ReclaimerParts;
  readonly #stack = new DisposableStack();
  /** milliseconds since 1970 before which an instance is not tried again */
  readonly #notBefore = new Map<string, number>();
  #timer: Disposable | null = null;

  constructor(parts: ReclaimerParts) {
    this.#parts = parts;
    const subscription = parts.database.subscribe((event) => {
      const isSoft = event.type === 'instance.changed' && event.value.vmState === 'soft-delete';
      const isBack = event.type === 'host.changed' && event.value.connection === 'connected';
      if (isSoft || isBack) this.#plan(0);
      if (event.type === 'deleted') this.#notBefore.delete(event.id);
    });
    this.#stack.use(subscription);
    this.#stack.defer(() => this.#timer?.[Symbol.dispose]());
    this.#plan(0);
  }

  #plan(wait: number): void {
    if (this.#stack.disposed) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.after(Math.min(wait, LONGEST_WAIT), () => {
      this.#timer = null;
      this.#look();
    });
  }

  #look(): void {
    const { database, clock, log } = this.#parts;
    try {
      const now = clock.now();
      const waiting = listReclaimable(database);
      const due = waiting.filter((instance) => this.#dueAt(instance) <= now);
      if (due.length > 0) database.write((tx) => due.forEach((instance) => this.#reclaim(tx, instance, now)));
      const next = Math.min(...waiting.map((instance) => this.#dueAt(instance)).filter((at) => at > now));
      if (Number.isFinite(next)) this.#plan(next - now);
    } catch (error) {
      log.error({ err: error }, 'softly deleted instances could not be reclaimed');
      this.#plan(RETRY);
    }
  }

  #dueAt({ id, reclaimAt }: Instance): number {
    return Math.max(Date.parse(reclaimAt ?? ''), this.#notBefore.get(id) ?? 0);
  }

  #reclaim(tx: Tx, { id, name, hostId, powerState, ...states }: Instance, now: number): void {
    const isRunning = powerState !== 'SHUTDOWN' && powerState !== 'CRASHED' && powerState !== 'NOSTATE';
    const isAway = hostId !== null && getHost(tx, hostId)?.connection !== 'connected';
    if (isRunning || isAway || !canDo('delete', states).allowed) return;
    this.#notBefore.set(id, now + RETRY);
    const { kind, taskState } = ACTS.delete;
    const expect = { vmState: 'soft-delete', taskState: null } as const;
    if (transition(tx, id, { expect, set: { taskState } }) === null) return;
    const requestId = `req-${tx.uuid()}`;
    startAction(tx, { instanceId: id, requestId }, 'delete', BY);
    enqueue(tx, {
      kind,
      input: { instanceId: id },
      subject: name,
      instanceId: id,
      ...(hostId !== null && { hostId }),
      requestId,
      cancellable: false,
      lane: hostId === null ? 'conductor' : hostLane(hostId),
    });
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
