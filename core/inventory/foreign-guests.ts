import { isDeepStrictEqual } from 'node:util';
import type { GuestState } from '../compute/driver.ts';
import type { ForeignGuest } from '../contract/index.ts';
import { controlIdentity } from '../identity/control.ts';
import { type ForeignHolder, putForeignClaims } from '../placement/foreign-claims.ts';
import type { Database } from '../state/database.ts';

function kindOf({ owner }: GuestState, ownId: string): ForeignGuest['kind'] {
  if (owner === null) return 'unmanaged';
  return owner.controlId === ownId ? 'lost' : 'other';
}

function refusalOf({ owner, badMark, transient }: GuestState, ownId: string): string | null {
  // Our own is brought back as what it was.
  if (owner?.controlId === ownId) return null;
  if (owner !== null) return `it is an instance of ${owner.controlName}: take it over instead`;
  if (badMark !== null) return badMark;
  return transient ? 'it is transient: it has no definition that could be kept' : null;
}

function shown(hostId: string, guest: GuestState, ownId: string): ForeignGuest {
  const { owner } = guest;
  return {
    hostId,
    uuid: guest.uuid,
    name: guest.domainName,
    state: guest.powerState,
    vcpus: guest.vcpus,
    ram: guest.ram,
    kind: kindOf(guest, ownId),
    owner: owner && {
      controlId: owner.controlId,
      controlName: owner.controlName,
      instanceName: owner.instanceName,
    },
    refusal: refusalOf(guest, ownId),
  };
}

/**
 * What a guest that is no instance of ours takes from its host: an instance of another Micronova its flavor, whether it
 * runs or not, as its own would; a guest of nobody's its CPUs and RAM while it is not off.
 */
function holderOf({ uuid, domainName: name, owner, powerState, vcpus, ram }: GuestState): ForeignHolder[] {
  if (owner !== null) return [{ uuid, name, vcpus: owner.vcpus, ram: owner.ram, disk: owner.disk }];
  return powerState === 'SHUTDOWN' ? [] : [{ uuid, name, vcpus, ram }];
}

/** An instance that a Micronova has, by the mark on its guest. */
export interface MarkedGuest {
  readonly hostId: string;
  readonly guest: GuestState & { readonly owner: NonNullable<GuestState['owner']> };
}

/** Guests that have no instance, as last seen on each host. Held in memory: the hosts know them better than any file. */
export class ForeignGuests {
  readonly #database: Database;
  readonly #byHost = new Map<string, readonly GuestState[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Replaces what is known of a host and what its guests hold, and tells when something is different. */
  put(hostId: string, guests: readonly GuestState[]): void {
    this.#database.write((tx) => putForeignClaims(tx, hostId, guests.flatMap(holderOf)));
    const sorted = guests.toSorted((a, b) => a.domainName.localeCompare(b.domainName));
    if (isDeepStrictEqual(sorted, this.#byHost.get(hostId) ?? [])) return;
    this.#byHost.set(hostId, sorted);
    this.#database.announce({ type: 'host.foreignGuests', value: { hostId } });
  }

  forget(hostId: string): void {
    this.#byHost.delete(hostId);
  }

  /** @param hostId only of this host; left out: of all */
  list(hostId?: string): ForeignGuest[] {
    const { id: ownId } = controlIdentity(this.#database);
    return [...this.#byHost]
      .filter(([id]) => hostId === undefined || id === hostId)
      .flatMap(([id, guests]) => guests.map((guest) => shown(id, guest, ownId)));
  }

  /** Those that carry a mark, ours or another's. */
  marked(): MarkedGuest[] {
    return [...this.#byHost].flatMap(([hostId, guests]) =>
      guests.flatMap(({ owner, ...rest }) => (owner === null ? [] : [{ hostId, guest: { ...rest, owner } }])),
    );
  }
}
