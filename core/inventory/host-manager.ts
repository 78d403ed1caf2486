import type { ComputeDriver, DriverRegistry } from '../compute/driver.ts';
import type { ForeignGuest, Host } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { systemClock, type Clock } from '../queue/clock.ts';
import type { Database } from '../state/database.ts';
import { getHost, listHosts, updateHost } from '../state/hosts.ts';
import { Findings } from './findings.ts';
import { ForeignGuests, type MarkedGuest } from './foreign-guests.ts';
import { HostSession, type OpenDriver, type SessionDeps } from './host-session.ts';
import { KnownGuests } from './known-guests.ts';

interface HostManagerOptions {
  readonly database: Database;
  readonly openDriver: OpenDriver;
  readonly log: Log;
  readonly clock?: Clock;
  /** from 0 up to 1, for the jitter */
  readonly random?: () => number;
}

/** Keeps every host connected, each on its own, and its rows true. Nova's compute manager, as far as it looks and listens. */
export class HostManager implements DriverRegistry, AsyncDisposable {
  readonly #deps: SessionDeps;
  readonly #sessions = new Map<string, HostSession>();
  readonly findings: Findings;
  readonly #guests = new KnownGuests();

  constructor({ database, openDriver, log, clock = systemClock, random = Math.random }: HostManagerOptions) {
    const foreign = new ForeignGuests(database);
    this.findings = new Findings(database);
    const [findings, guests] = [this.findings, this.#guests];
    this.#deps = { database, openDriver, log, clock, random, foreign, findings, guests };
  }

  /** Looks after all stored hosts from now on. What the last process knew of their links is not so any more. */
  start(): void {
    const { database } = this.#deps;
    const hosts = listHosts(database);
    const unknown = { connection: 'connecting', connectionError: null, retryAt: null } as const;
    database.write((tx) => hosts.forEach(({ id }) => updateHost(tx, id, unknown)));
    for (const { id } of hosts) this.#care(id);
  }

  /**
   * Looks after a stored host with a fresh link: a wait for the next attempt ends, an old link is let go. Settles when the
   * attempt has ended, well or not; how it went is in the host's row.
   */
  async connect(hostId: string): Promise<void> {
    await this.#care(hostId).attempted;
  }

  #care(hostId: string): HostSession {
    const before = this.#sessions.get(hostId);
    const session = new HostSession(hostId, this.#deps, before?.stop() ?? Promise.resolve());
    this.#sessions.set(hostId, session);
    return session;
  }

  /** Lets go of a host: no link, no further attempts. */
  async disconnect(hostId: string): Promise<void> {
    const session = this.#sessions.get(hostId);
    this.#sessions.delete(hostId);
    this.#deps.foreign.forget(hostId);
    this.findings.forget(hostId);
    this.#guests.forget(hostId);
    await session?.stop();
  }

  isConnected(hostId: string): boolean {
    return Boolean(this.#sessions.get(hostId)?.driver);
  }

  get(hostId: string): ComputeDriver {
    const driver = this.#sessions.get(hostId)?.driver;
    if (driver) return driver;
    throw unavailable(hostId, getHost(this.#deps.database, hostId));
  }

  async attempted(hostId?: string): Promise<void> {
    const all = [...this.#sessions.values()];
    const one = this.#sessions.get(hostId ?? '');
    const sessions = hostId === undefined ? all : one ? [one] : [];
    await Promise.all(sessions.map((session) => session.attempted));
  }

  /** Takes another full look at these hosts, as far as they are connected. @throws ExpectedError what a host answers */
  async look(hostIds: readonly string[]): Promise<void> {
    const sessions = hostIds.flatMap((hostId) => this.#sessions.get(hostId) ?? []);
    await Promise.all(sessions.map((session) => session.look()));
  }

  foreignGuests(hostId?: string): ForeignGuest[] {
    return this.#deps.foreign.list(hostId);
  }

  /** Guests without an instance that carry a mark. */
  markedGuests(): MarkedGuest[] {
    return this.#deps.foreign.marked();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((hostId) => this.disconnect(hostId)));
  }
}

function unavailable(hostId: string, host: Host | undefined): ExpectedError {
  const name = host?.name ?? hostId;
  const reason = host?.connectionError;
  return new ExpectedError(
    'host.unavailable',
    reason ? `The host ${name} is not connected: ${reason.message}` : `The host ${name} is not connected.`,
    {
      remedy: reason?.remedy ?? 'Wait until it is connected, or look at the host page for the reason.',
      details: { hostId, ...(reason && { code: reason.code }) },
    },
  );
}
