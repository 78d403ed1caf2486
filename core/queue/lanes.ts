import { isHostLane, type Lane, type TaskKind } from './kinds.ts';

/** `max_concurrent_builds` in nova/conf/compute.py. */
const BUILDS_PER_HOST = 10;
const UPLOADS_PER_HOST = 2;
// libvirtd serves five requests of a client at a time; more tasks than this only wait there instead of here.
const OTHERS_PER_HOST = 10;
const IN_CONDUCTOR = 20;
const IN_IMAGE_STORE = 2;

interface Limit {
  readonly key: string;
  readonly most: number;
}

function limitOf(lane: Lane, kind: TaskKind): Limit {
  if (!isHostLane(lane)) return { key: lane, most: lane === 'image' ? IN_IMAGE_STORE : IN_CONDUCTOR };
  if (kind === 'instance.create') return { key: `${lane} builds`, most: BUILDS_PER_HOST };
  if (kind === 'image.upload' || kind === 'image.fetch')
    return { key: `${lane} uploads`, most: UPLOADS_PER_HOST };
  return { key: lane, most: OTHERS_PER_HOST };
}

/** Counts who is at work in which lane. */
export class Lanes {
  readonly #taken = new Map<string, number>();

  /** @returns false when the lane is full; nothing has changed then */
  enter(lane: Lane, kind: TaskKind): boolean {
    const { key, most } = limitOf(lane, kind);
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= most) return false;
    this.#taken.set(key, taken + 1);
    return true;
  }

  leave(lane: Lane, kind: TaskKind): void {
    const { key } = limitOf(lane, kind);
    const left = (this.#taken.get(key) ?? 0) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }
}
