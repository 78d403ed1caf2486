import type { ComputeDriver, DriverEvent } from '../compute/driver.ts';
import type { PowerState } from '../contract/index.ts';
import type { Clock } from '../queue/clock.ts';
import type { Database } from '../state/database.ts';
import { getInstance } from '../state/instances.ts';
import type { ForeignGuests } from './foreign-guests.ts';
import type { HostLook } from './host-look.ts';
import { compare, follow } from './resync.ts';

type Lifecycle = Extract<DriverEvent, { type: 'lifecycle' }>;

/** Absent: the event says nothing about power. */
const POWER: Partial<Record<Lifecycle['what'], PowerState>> = {
  started: 'RUNNING',
  resumed: 'RUNNING',
  stopped: 'SHUTDOWN',
  crashed: 'CRASHED',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
};

/** A guest that was undefined while it ran is gone with its end, and no event tells of that. */
const ENDS: ReadonlySet<Lifecycle['what']> = new Set(['stopped', 'crashed']);

/** Milliseconds in which events are gathered before all guests are listed once more. */
const SETTLE = 200;

interface SyncOptions {
  readonly hostId: string;
  readonly driver: ComputeDriver;
  readonly database: Database;
  readonly foreign: ForeignGuests;
  readonly look: HostLook;
  readonly clock: Clock;
  /** lists the guests, under a deadline */
  readonly list: ComputeDriver['listGuests'];
  readonly signal: AbortSignal;
  /** the guests could not be listed: the host is not to be trusted any more */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Keeps the rows of one connected host in line with its guests: power events at once, everything else by listing all
 * guests again. Listens from the moment that it is made.
 */
export class GuestSync implements Disposable {
  readonly #options: SyncOptions;
  readonly #stack = new DisposableStack();
  /** instances that were busy when something happened to their guests: to be looked at when they are idle */
  readonly #unsettled = new Set<string>();
  /** guests whose definitions were changed, and have not been looked at since */
  readonly #redefined = new Set<string>();
  /** guests heard of while a list is on its way; null: none is */
  #heard: Set<string> | null = null;
  #turn: Promise<void> = Promise.resolve();
  #planned: Disposable | null = null;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#stack.use(options.driver.onEvent((event) => this.#onEvent(event)));
    this.#stack.use(
      options.database.subscribe((event) => {
        if (event.type === 'deleted') this.#forget(event.id);
        if (event.type !== 'instance.changed' || event.value.taskState !== null) return;
        if (this.#unsettled.delete(event.value.id)) this.#plan();
      }),
    );
    this.#stack.defer(() => this.#planned?.[Symbol.dispose]());
  }

  #forget(id: string): void {
    this.#unsettled.delete(id);
    this.#redefined.delete(id);
    this.#options.look.forget(id);
  }

  /** Lists all guests and compares; one list at a time. @param confirm @see compare */
  refresh(confirm: boolean): Promise<void> {
    const run = (): Promise<void> => this.#refresh(confirm);
    const turn = this.#turn.then(run, run);
    this.#turn = turn;
    return turn;
  }

  async #refresh(confirm: boolean): Promise<void> {
    const { hostId, database, foreign, look, list, signal } = this.#options;
    const heard = new Set<string>();
    this.#heard = heard;
    try {
      const guests = await list({ signal });
      signal.throwIfAborted();
      const found = compare(database, { hostId, guests, stale: heard, confirm });
      foreign.put(hostId, found.foreign);
      look.listed(guests);
      for (const id of found.busy) this.#unsettled.add(id);
      if (heard.size > 0) this.#plan();
    } finally {
      this.#heard = null;
    }
    await this.#lookAtRedefined();
  }

  async #lookAtRedefined(): Promise<void> {
    const ids = new Set(this.#redefined);
    if (ids.size === 0) return;
    this.#redefined.clear();
    const { look, signal } = this.#options;
    // A busy one is unsettled, too: the end of its operation brings the next look about.
    for (const id of await look.definitions({ signal }, ids)) this.#redefined.add(id);
  }

  /** Soon; once for all that happens until then. */
  #plan(): void {
    if (this.#planned !== null || this.#stack.disposed) return;
    this.#planned = this.#options.clock.after(SETTLE, () => {
      this.#planned = null;
      this.refresh(false).catch((error: unknown) => this.#options.onFailure(error));
    });
  }

  #onEvent(event: DriverEvent): void {
    if (event.type === 'resync') return this.#plan();
    this.#heard?.add(event.uuid);
    if (event.what === 'defined') this.#redefined.add(event.uuid);
    const power = POWER[event.what];
    const isFollowed = power !== undefined && this.#followed(event.uuid, power);
    if (!isFollowed || ENDS.has(event.what)) this.#plan();
  }

  /** @returns false for a guest that is not an instance of this host, and where the row could not be written */
  #followed(id: string, power: PowerState): boolean {
    const { database, hostId } = this.#options;
    try {
      return database.write((tx) => {
        const instance = getInstance(tx, id);
        if (instance === undefined || instance.hostId !== hostId || instance.takenOver !== null) return false;
        if (!follow(tx, instance, { powerState: power })) this.#unsettled.add(id);
        return true;
      });
    } catch {
      // Events come one after the other through one door, which must stay open; the list that is planned tells of it.
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
