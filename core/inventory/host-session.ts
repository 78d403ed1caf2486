import type { ComputeDriver, StepOptions } from '../compute/driver.ts';
import type { Host } from '../contract/index.ts';
import { ExpectedError, toErrorBody } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import { refreshInventory } from '../placement/inventories.ts';
import { refreshTraits } from '../placement/traits.ts';
import { sleep } from '../queue/clock.ts';
import type { Tx } from '../state/database.ts';
import { getHost, updateHost, type HostChange } from '../state/hosts.ts';
import { withDeadline } from '../transport/deadline.ts';
import { backOff } from './back-off.ts';
import type { ForeignGuests } from './foreign-guests.ts';
import { GuestSync } from './guest-sync.ts';
import { HostLook, type LookDeps } from './host-look.ts';
import { needsPerson } from './needs-person.ts';
import { confirmAll } from './resync.ts';

/** The way to a host's driver. Rejects with ExpectedError; lets go of everything when the signal fires. */
export type OpenDriver = (host: Host, options: StepOptions) => Promise<ComputeDriver>;

export interface SessionDeps extends LookDeps {
  readonly openDriver: OpenDriver;
  readonly foreign: ForeignGuests;
  readonly random: () => number;
  readonly log: Log;
}

/** Milliseconds between two full looks at a host: events tell everything in between, this is the safety net. */
const RESYNC = 600_000;
/** Milliseconds between two notes of when a connected host was last heard. */
const HEARD = 60_000;
/** Milliseconds for each step of a connection. Jump hosts and slow storage take their time. */
const DEADLINE = { open: 90_000, prepare: 180_000, facts: 60_000, guests: 60_000, audit: 300_000 };

interface Ended {
  readonly error: unknown;
  /** it had been connected */
  readonly lived: boolean;
}

/**
 * Looks after one host for as long as it is wanted: connects, prepares, follows its events, and connects again when the
 * link is lost. What happens stands in the host's row. Nothing here waits for another host.
 */
export class HostSession {
  readonly #hostId: string;
  readonly #deps: SessionDeps;
  readonly #end = new AbortController();
  readonly #attempted = Promise.withResolvers<void>();
  readonly #run: Promise<void>;
  #driver: ComputeDriver | null = null;
  #sync: GuestSync | null = null;
  #look: HostLook | null = null;
  #audited: Promise<void> = Promise.resolve();

  /** @param after what must have ended before the first attempt */
  constructor(hostId: string, deps: SessionDeps, after: Promise<void>) {
    this.#hostId = hostId;
    this.#deps = deps;
    this.#run = after.then(() => this.#supervise());
  }

  /** null while the host is not connected */
  get driver(): ComputeDriver | null {
    return this.#driver;
  }

  /** Settles when the first attempt has ended, well or not. */
  get attempted(): Promise<void> {
    return this.#attempted.promise;
  }

  /** Lets go of the host: no link, no further attempts. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#run;
  }

  /**
   * Takes another full look at the host; at none that is not connected.
   * @throws ExpectedError what the host answers
   */
  async look(): Promise<void> {
    const [sync, look] = [this.#sync, this.#look];
    if (sync === null || look === null || this.#driver === null) return;
    await sync.refresh(true);
    await this.#auditInTurn(look);
  }

  async #supervise(): Promise<void> {
    try {
      for (let failures = 0; !this.#end.signal.aborted;) {
        const { error, lived } = await this.#attempt();
        if (this.#end.signal.aborted) break;
        failures = lived ? 0 : failures + 1;
        if (!(await this.#pause(error, failures))) return;
      }
      this.#note({ connection: 'disconnected', connectionError: null, retryAt: null });
    } finally {
      this.#attempted.resolve();
    }
  }

  /** One connection from its beginning to its end. */
  async #attempt(): Promise<Ended> {
    let lived = false;
    try {
      this.#note({ connection: 'connecting', retryAt: null });
      const host = getHost(this.#deps.database, this.#hostId);
      if (host === undefined) throw new ExpectedError('host.not_found', 'The host was removed.');
      await using stack = new AsyncDisposableStack();
      const open = (signal: AbortSignal) => this.#deps.openDriver(host, { signal });
      const driver = await this.#step('open', open, (late) => void late.close());
      stack.defer(() => driver.close());
      const failed = Promise.withResolvers<never>();
      failed.promise.catch(() => undefined);
      const look = new HostLook(this.#hostId, driver, this.#deps);
      const sync = stack.use(this.#newSync(driver, look, failed.reject));
      [this.#sync, this.#look] = [sync, look];
      await this.#step('prepare', (signal) => driver.prepareHost({ signal }));
      await this.#lookAround(driver, sync);
      this.#connected(driver);
      lived = true;
      await Promise.race([this.#follow(driver, sync, look), failed.promise]);
      throw (await driver.closed) ?? new ExpectedError('transport.closed', 'The connection was closed.');
    } catch (error) {
      return { error, lived };
    } finally {
      this.#driver = null;
      [this.#sync, this.#look] = [null, null];
    }
  }

  #newSync(driver: ComputeDriver, look: HostLook, onFailure: (error: unknown) => void): GuestSync {
    const { database, foreign, clock } = this.#deps;
    const list: ComputeDriver['listGuests'] = () =>
      this.#step('guests', (signal) => driver.listGuests({ signal }));
    const { signal } = this.#end;
    const rest = { database, foreign, look, clock, list, signal, onFailure };
    return new GuestSync({ hostId: this.#hostId, driver, ...rest });
  }

  /** Facts into the row and into placement, guests against their rows. */
  async #lookAround(driver: ComputeDriver, sync: GuestSync): Promise<void> {
    const facts = await this.#step('facts', (signal) => driver.facts({ signal }));
    this.#deps.database.write((tx) => {
      const host = updateHost(tx, this.#hostId, {
        // What the driver cannot do is refused up front, also while the host is away.
        facts: { ...facts, capabilities: driver.capabilities },
        lastSeenAt: tx.now(),
      });
      if (host === undefined) return;
      refreshInventory(tx, host.id, host.name, facts);
      refreshTraits(tx, host.id, host.name, facts.traits);
    });
    await sync.refresh(true);
  }

  #connected(driver: ComputeDriver): void {
    this.#driver = driver;
    this.#heard();
    this.#attempted.resolve();
  }

  /** Looks around again and again, until the link ends. */
  async #follow(driver: ComputeDriver, sync: GuestSync, look: HostLook): Promise<void> {
    const over = new AbortController();
    const closed = driver.closed.then(() => over.abort());
    const ends = AbortSignal.any([over.signal, this.#end.signal]);
    while (!ends.aborted) {
      void this.#auditInTurn(look).catch((error: unknown) => this.#auditFailed(error));
      await this.#listen(RESYNC, ends);
      if (!ends.aborted) await this.#lookAround(driver, sync);
    }
    this.#end.signal.throwIfAborted();
    await closed;
  }

  /** What takes longer, and need not be known before the host can be used. */
  #auditInTurn(look: HostLook): Promise<void> {
    const run = () =>
      this.#step('audit', async (signal) => {
        await look.definitions({ signal });
        await look.audit({ signal });
      });
    const turn = this.#audited.then(run, run);
    this.#audited = turn;
    return turn;
  }

  /** A host that can be used, and cannot be looked at in full, is used; what was found stays as it was. */
  #auditFailed(error: unknown): void {
    if (this.#end.signal.aborted || this.#driver === null) return;
    this.#deps.log.warn({ error, hostId: this.#hostId }, 'a host could not be looked at in full');
  }

  /** The link's own keepalive vouches for the host: as long as the link is up, the host is heard. */
  async #listen(milliseconds: number, ends: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const until = clock.elapsed() + milliseconds;
    for (let rest = milliseconds; rest > 0 && !ends.aborted; rest = until - clock.elapsed()) {
      await sleep(clock, Math.min(HEARD, rest), ends).catch(() => undefined);
      if (!ends.aborted) this.#heard();
    }
  }

  /** Puts down what went wrong, and waits for the next attempt. @returns false when only a person can bring one about */
  async #pause(reason: unknown, failures: number): Promise<boolean> {
    const { clock, random, log } = this.#deps;
    const connectionError = toErrorBody(reason);
    log.info({ hostId: this.#hostId, code: connectionError.code }, 'a host is not connected');
    if (needsPerson(reason)) {
      this.#lost({ connection: 'attention', connectionError, retryAt: null }, failures === 0);
      return false;
    }
    const wait = backOff(failures, random);
    const retryAt = timestamp(new Date(clock.now() + wait));
    this.#lost({ connection: 'disconnected', connectionError, retryAt }, failures === 0);
    this.#attempted.resolve();
    await sleep(clock, wait, this.#end.signal).catch(() => undefined);
    return true;
  }

  /** The rows keep the last state that the host was heard to confirm, and when that was. */
  #lost(change: HostChange, lived: boolean): void {
    if (!lived) return this.#note(change);
    this.#write((tx) => {
      confirmAll(tx, this.#hostId);
      return updateHost(tx, this.#hostId, { ...change, lastSeenAt: tx.now() });
    });
  }

  /** The host has just been heard. That it is connected is said again each time: it may not have been possible to store. */
  #heard(): void {
    const connected = { connection: 'connected', connectionError: null, retryAt: null } as const;
    this.#write((tx) => updateHost(tx, this.#hostId, { ...connected, lastSeenAt: tx.now() }));
  }

  #note(change: HostChange): void {
    this.#write((tx) => updateHost(tx, this.#hostId, change));
  }

  /** A state file that cannot be written is told where it is used; here it must not end the care for the host. */
  #write(work: (tx: Tx) => unknown): void {
    try {
      this.#deps.database.write(work);
    } catch (error) {
      this.#deps.log.error({ error, hostId: this.#hostId }, "a host's state could not be stored");
    }
  }

  #step<T>(
    what: keyof typeof DEADLINE,
    work: (signal: AbortSignal) => Promise<T>,
    release?: (late: T) => void,
  ): Promise<T> {
    const deadline = DEADLINE[what];
    const onTimeout = (): ExpectedError =>
      new ExpectedError(
        'libvirt.timeout',
        `The host did not finish a step (${what}) in ${deadline / 1000} s.`,
        {
          remedy: "Look at the host's load and at its libvirtd log.",
        },
      );
    const after: SessionDeps['clock']['after'] = (wait, call) => this.#deps.clock.after(wait, call);
    const limits = { signal: this.#end.signal, deadline, onTimeout, after, ...(release && { release }) };
    return withDeadline(limits, work);
  }
}
