import type { GuestState } from '../compute/driver.ts';

/** The guests of every host as they were last listed: what one host tells may concern another. */
export class KnownGuests {
  readonly #byHost = new Map<string, ReadonlyMap<string, GuestState>>();

  put(hostId: string, guests: readonly GuestState[]): void {
    this.#byHost.set(hostId, new Map(guests.map((guest) => [guest.uuid, guest])));
  }

  forget(hostId: string): void {
    this.#byHost.delete(hostId);
  }

  /** undefined: never listed, since Micronova was started or the host was let go */
  of(hostId: string): ReadonlyMap<string, GuestState> | undefined {
    return this.#byHost.get(hostId);
  }

  /** Hosts that have, or had when they were last listed, a guest with this UUID. */
  hostsOf(uuid: string): string[] {
    return [...this.#byHost].flatMap(([hostId, guests]) => (guests.has(uuid) ? [hostId] : []));
  }

  /** Has any host a guest with this UUID, or had it when it was last listed? */
  has(uuid: string): boolean {
    return this.hostsOf(uuid).length > 0;
  }
}
