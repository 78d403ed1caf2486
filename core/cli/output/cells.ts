/** What can stand in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A value that programs get as data and people as words. */
export class Shown {
  readonly machine: Json;
  readonly human: string;

  constructor(machine: Json, human: string) {
    this.machine = machine;
    this.human = human;
  }
}

export type Cell = Json | Shown;

export function machineValue(cell: Cell): Json {
  return cell instanceof Shown ? cell.machine : cell;
}

/** The words of the `openstack` client: None, True, `key='value'` pairs in order (osc_lib's format_dict). */
export function humanValue(cell: Cell): string {
  if (cell instanceof Shown) return cell.human;
  if (cell === null) return 'None';
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return String(cell);
  if (Array.isArray(cell)) return cell.map(humanValue).join(', ');
  return Object.entries(cell)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}='${humanValue(value)}'`)
    .join(', ');
}
