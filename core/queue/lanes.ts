import { isHostLane, type Lane } from './kinds.ts';

/** How many of each sort of work go on at once in a host's lane. */
const PER_HOST = {
  /** `max_concurrent_builds` in nova/conf/compute.py */
  builds: 10,
  /** `max_concurrent_live_migrations` in nova/conf/compute.py */
  migrations: 1,
  uploads: 2,
  /** libvirtd serves five requests of a client at a time; more tasks than this only wait there instead of here. */
  others: 10,
} as const;

/** Kinds that are another sort of work than the others: guests move one at a time, whichever way they move. */
const SORTS: Readonly<Record<string, keyof typeof PER_HOST>> = {
  'instance.create': 'builds',
  'instance.rebuild': 'builds',
  'instance.evacuate': 'builds',
  'instance.migrate': 'migrations',
  'instance.live_migrate': 'migrations',
  'instance.resize': 'migrations',
  'image.upload': 'uploads',
  'image.fetch': 'uploads',
};
const IN_CONDUCTOR = 20;
const IN_IMAGE_STORE = 2;

interface Limit {
  readonly key: string;
  readonly most: number;
}

function limitOf(lane: Lane, kind: string): Limit {
  if (!isHostLane(lane)) return { key: lane, most: lane === 'image' ? IN_IMAGE_STORE : IN_CONDUCTOR };
  const sort = SORTS[kind] ?? 'others';
  return { key: `${lane} ${sort}`, most: PER_HOST[sort] };
}

/** Counts who is at work in which lane. */
export class Lanes {
  readonly #taken = new Map<string, number>();

  /** @returns false when the lane is full; nothing has changed then */
  enter(lane: Lane, kind: string): boolean {
    const { key, most } = limitOf(lane, kind);
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= most) return false;
    this.#taken.set(key, taken + 1);
    return true;
  }

  leave(lane: Lane, kind: string): void {
    const { key } = limitOf(lane, kind);
    const left = (this.#taken.get(key) ?? 0) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }
}
