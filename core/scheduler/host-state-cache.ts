import { isDeepStrictEqual } from 'node:util';
import type { Reader } from '../state/database.ts';
import { countHosts, hostsChangedSince, listHostIds } from '../state/hosts.ts';
import {
  listResidents,
  type Resident,
  type ResidentChange,
  residentsChangedSince,
} from '../state/residents.ts';
import { stampOf } from '../state/stamps.ts';
import type { HostState } from './host-state.ts';
import {
  readAllHostStates,
  readHostState,
  readProperties,
  readSurroundings,
  type Surroundings,
  withResidents,
} from './host-state-build.ts';

type Home = ReadonlyMap<string, Resident>;

/** All hosts as of one revision. */
interface Picture {
  readonly revision: number;
  readonly aggregates: string;
  readonly images: string;
  readonly surroundings: Surroundings;
  /** by name */
  readonly states: readonly HostState[];
  /** rows in the table: more than `states` where some are damaged */
  readonly rows: number;
  /** places in `states` by host */
  readonly places: ReadonlyMap<string, number>;
  /** instances by host and id */
  readonly homes: Map<string, Home>;
  /** hosts by instance */
  readonly addresses: Map<string, string>;
}

interface Changes {
  readonly hosts: readonly string[];
  readonly residents: readonly ResidentChange[];
  readonly rows: number;
}

const NOBODY: Home = new Map();
/** With more changed hosts than this, reading all at once is quicker than one by one. */
const FEW = 100;

function placesOf(states: readonly HostState[]): Map<string, number> {
  return new Map(states.map(({ host }, index) => [host.id, index]));
}

function takePicture(reader: Reader): Picture {
  const residents = Map.groupBy(listResidents(reader), ({ hostId }) => hostId);
  const surroundings = readSurroundings(reader);
  const states = readAllHostStates(reader, residents, surroundings);
  const homes = [...residents].map(
    ([id, there]) => [id, new Map(there.map((one) => [one.id, one]))] as const,
  );
  return {
    revision: reader.revisions.latest,
    aggregates: stampOf(reader, 'aggregates'),
    images: stampOf(reader, 'images'),
    surroundings,
    states,
    rows: countHosts(reader),
    places: placesOf(states),
    homes: new Map(homes),
    addresses: new Map([...residents].flatMap(([id, there]) => there.map((one) => [one.id, id]))),
  };
}

/** The homes that people have moved into or out of, as they are now. */
function movedHomes({ homes, addresses }: Picture, residents: readonly ResidentChange[]): Map<string, Home> {
  const moved = new Map<string, Map<string, Resident>>();
  const open = (hostId: string): Map<string, Resident> => {
    const home = moved.get(hostId) ?? new Map(homes.get(hostId));
    moved.set(hostId, home);
    return home;
  };
  for (const { hostId, ...resident } of residents) {
    const before = addresses.get(resident.id);
    if (before !== undefined && before !== hostId) open(before).delete(resident.id);
    if (hostId !== null) open(hostId).set(resident.id, { ...resident, hostId });
  }
  return moved;
}

function follow(
  picture: Picture,
  residents: readonly ResidentChange[],
  moved: ReadonlyMap<string, Home>,
): void {
  for (const [hostId, home] of moved) picture.homes.set(hostId, home);
  for (const { id, hostId } of residents) {
    if (hostId === null) picture.addresses.delete(id);
    else picture.addresses.set(id, hostId);
  }
}

/**
 * The states of all hosts, kept beside a database and brought up to date by the revisions of hosts and instances. What an
 * open transaction has changed is seen by it, but not kept: a rollback gives its revisions again.
 */
export class HostStateCache {
  #picture: Picture | null = null;

  /** Every host by name, as this reader sees it now. */
  read(reader: Reader): readonly HostState[] {
    const { committed, latest } = reader.revisions;
    const known = this.#picture;
    const changes = known && this.#look(reader, known);
    if (known === null || changes === null || changes.hosts.length > FEW) {
      const picture = takePicture(reader);
      if (committed === latest) this.#picture = picture;
      return picture.states;
    }
    const moved = movedHomes(known, changes.residents);
    const next = update(reader, known, changes, moved);
    if (committed === latest) {
      follow(next, changes.residents, moved);
      this.#picture = next;
    }
    return next.states;
  }

  /** @returns null when everything has to be read again */
  #look(reader: Reader, known: Picture): Changes | null {
    if (stampOf(reader, 'aggregates') !== known.aggregates) return null;
    return {
      hosts: hostsChangedSince(reader, known.revision),
      residents: residentsChangedSince(reader, known.revision),
      rows: countHosts(reader),
    };
  }
}

/** The picture with all that has changed since it was taken. */
function update(
  reader: Reader,
  known: Picture,
  { hosts, rows }: Changes,
  moved: ReadonlyMap<string, Home>,
): Picture {
  const images = stampOf(reader, 'images');
  const surroundings = images === known.images ? known.surroundings : withImages(reader, known.surroundings);
  const homeOf = (id: string) => [...(moved.get(id) ?? known.homes.get(id) ?? NOBODY).values()];
  const fresh = new Map<string, HostState | null>();
  for (const id of hosts) fresh.set(id, readHostState(reader, id, homeOf(id), surroundings));
  const resettled =
    surroundings.properties === known.surroundings.properties ? moved.keys() : known.places.keys();
  for (const id of resettled) {
    const state = known.states[known.places.get(id) ?? -1];
    if (state !== undefined && !fresh.has(id)) fresh.set(id, withResidents(state, homeOf(id), surroundings));
  }
  const order = isRearranged(known, fresh, rows) ? listHostIds(reader) : null;
  return {
    ...known,
    ...arrange(known, fresh, order),
    revision: reader.revisions.latest,
    images,
    surroundings,
    rows,
  };
}

/** The same object where no property has changed: an image is noted with every copy that a host gets. */
function withImages(reader: Reader, known: Surroundings): Surroundings {
  const properties = readProperties(reader);
  return isDeepStrictEqual(properties, known.properties) ? known : { ...known, properties };
}

/** Has a host come, gone or another name? One that is gone leaves a row less, or has made place for one that is new. */
function isRearranged(known: Picture, fresh: ReadonlyMap<string, HostState | null>, rows: number): boolean {
  if (rows !== known.rows) return true;
  return [...fresh].some(([id, state]) => {
    const before = known.states[known.places.get(id) ?? -1];
    return before === undefined || before.host.name !== state?.host.name;
  });
}

function arrange(
  { states, places }: Picture,
  fresh: ReadonlyMap<string, HostState | null>,
  order: readonly string[] | null,
): Pick<Picture, 'states' | 'places'> {
  if (order === null) {
    if (fresh.size === 0) return { states, places };
    // What was handed out before is somebody's picture of that moment.
    const next = [...states];
    for (const [id, state] of fresh) {
      const place = places.get(id);
      if (state !== null && place !== undefined) next[place] = state;
    }
    return { states: next, places };
  }
  const next = order.flatMap((id) => {
    const state = fresh.has(id) ? fresh.get(id) : states[places.get(id) ?? -1];
    return state ?? [];
  });
  return { states: next, places: placesOf(next) };
}
