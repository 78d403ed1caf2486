/**
 * The house, from the ground up (DESIGN: floors). A file may import from rooms on lower floors, from its own room, and
 * sideways only where `SIDEWAYS` says so.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['core/contract'],
  ['core/domain'],
  ['core/state', 'core/libvirt', 'core/transport'],
  [
    'core/identity',
    'core/placement',
    'core/compute',
    'core/image',
    'core/network',
    'core/volume',
    'core/console',
  ],
  ['core/scheduler'],
  ['core/queue', 'core/conductor', 'core/inventory'],
  ['core/api'],
  // The one place that puts the rooms together.
  ['core'],
  ['core/cli', 'electron'],
  ['renderer'],
];

/** Rooms of one floor that may look into each other, in this direction only. */
export const SIDEWAYS: Readonly<Record<string, readonly string[]>> = {
  'core/image': ['core/volume'],
  'core/console': ['core/volume'],
  'core/compute': ['core/image', 'core/network', 'core/volume', 'core/console'],
  'core/conductor': ['core/queue'],
  'core/inventory': ['core/queue'],
};

/** Rooms that must not reach another, not even through a third. Source: Nova's compute never opens the database. */
export const NEVER: Readonly<Record<string, readonly string[]>> = {
  'core/compute': ['core/state'],
};

/** All that the window's pages may know of the rest. */
export const RENDERER_MAY_IMPORT: readonly string[] = ['renderer', 'core/contract', 'core/domain'];

/** @returns 0 for the ground floor; undefined for what is no room of the house, e.g. tests */
export function floorOf(room: string): number | undefined {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  return floor < 0 ? undefined : floor;
}

/** The room of a file, by its path from the root of the project: `core/state/…` → `core/state`, `core/x.ts` → `core`. */
export function roomOf(path: string): string {
  const [first = '', second, ...deeper] = path.split('/');
  return first === 'core' && second !== undefined && deeper.length > 0 ? `${first}/${second}` : first;
}
