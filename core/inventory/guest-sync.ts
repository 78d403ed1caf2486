import type { ComputeDriver, DriverEvent } from '../compute/driver.ts';
import type { PowerState } from '../contract/index.ts';
import type { Clock } from '../queue/clock.ts';
import type { Database } from '../state/database.ts';
import { getInstance } from '../state/instances.ts';
import type { ForeignGuests } from './foreign-guests.ts';
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

/** Milliseconds in which events are gathered before all guests are listed once more. */
const SETTLE = 200;

interface SyncOptions {
  readonly hostId: string;
  readonly driver: ComputeDriver;
  readonly database: Database;
  readonly foreign: ForeignGuests;
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
  /** guests heard of while a list is on its way; null: none is */
  #heard: Set<string> | null = null;
  #turn: Promise<void> = Promise.resolve();
  #planned: Disposable | null = null;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#stack.use(options.driver.onEvent((event) => this.#onEvent(event)));
    this.#stack.use(
      options.database.subscribe((event) => {
        if (event.type === 'deleted') this.#unsettled.delete(event.id);
        if (event.type !== 'instance.changed' || event.value.taskState !== null) return;
        if (this.#unsettled.delete(event.value.id)) this.#plan();
      }),
    );
    this.#stack.defer(() => this.#planned?.[Symbol.dispose]());
  }

  /** Lists all guests and compares; one list at a time. @param confirm @see compare */
  refresh(confirm: boolean): Promise<void> {
    const run = (): Promise<void> => this.#refresh(confirm);
    const turn = this.#turn.then(run, run);
    this.#turn = turn;
    return turn;
  }

  async #refresh(confirm: boolean): Promise<void> {
    const { hostId, database, foreign, list, signal } = this.#options;
    const heard = new Set<string>();
    this.#heard = heard;
    try {
      const guests = await list({ signal });
      signal.throwIfAborted();
      const found = compare(database, { hostId, guests, stale: heard, confirm });
      foreign.put(hostId, found.foreign);
      for (const id of found.busy) this.#unsettled.add(id);
      if (heard.size > 0) this.#plan();
    } finally {
      this.#heard = null;
    }
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
    const power = POWER[event.what];
    if (power === undefined || !this.#followed(event.uuid, power)) this.#plan();
  }

  /** @returns false for a guest that is not an instance of this host */
  #followed(id: string, power: PowerState): boolean {
    const { database, hostId } = this.#options;
    return database.write((tx) => {
      const instance = getInstance(tx, id);
      if (instance === undefined || instance.hostId !== hostId || instance.takenOver !== null) return false;
      if (!follow(tx, instance, power)) this.#unsettled.add(id);
      return true;
    });
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
