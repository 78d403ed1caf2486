import { isDeepStrictEqual } from 'node:util';
import type { GuestState } from '../compute/driver.ts';
import type { ForeignGuest } from '../contract/index.ts';
import type { Database } from '../state/database.ts';

/** Guests that have no instance, as last seen on each host. Held in memory: the hosts know them better than any file. */
export class ForeignGuests {
  readonly #database: Database;
  readonly #byHost = new Map<string, ForeignGuest[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Replaces what is known of a host, and tells when something is different. */
  put(hostId: string, guests: readonly GuestState[]): void {
    const list = guests
      .map((guest) => ({
        hostId,
        uuid: guest.uuid,
        name: guest.domainName,
        state: guest.powerState,
        vcpus: guest.vcpus,
        ram: guest.ram,
        kind: 'unmanaged' as const,
        owner: null,
        refusal: null,
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    if (isDeepStrictEqual(list, this.#byHost.get(hostId) ?? [])) return;
    this.#byHost.set(hostId, list);
    this.#database.announce({ type: 'host.foreignGuests', value: { hostId } });
  }

  forget(hostId: string): void {
    this.#byHost.delete(hostId);
  }

  /** @param hostId only of this host; left out: of all */
  list(hostId?: string): ForeignGuest[] {
    return hostId === undefined ? [...this.#byHost.values()].flat() : [...(this.#byHost.get(hostId) ?? [])];
  }
}
