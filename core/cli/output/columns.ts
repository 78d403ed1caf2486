import { UsageError } from '../usage-error.ts';
import { type Cell, humanValue, machineValue } from './cells.ts';

function unknown(asked: string, columns: readonly string[]): UsageError {
  return new UsageError(`There is no column “${asked}”. Columns: ${columns.join(', ')}.`);
}

/** The place of a column named by a person, in any case. @throws UsageError */
export function findColumn(columns: readonly string[], asked: string): number {
  const index = columns.findIndex((column) => column.toLowerCase() === asked.toLowerCase());
  if (index === -1) throw unknown(asked, columns);
  return index;
}

/** The asked columns' places, in the list's own order as cliff has it; all when none was asked for. */
export function pickColumns(columns: readonly string[], asked: readonly string[]): number[] {
  if (asked.length === 0) return columns.map((_, n) => n);
  const places = new Set(asked.map((name) => findColumn(columns, name)));
  return [...places].toSorted((one, other) => one - other);
}

function compare(one: Cell, other: Cell): number {
  const [a, b] = [machineValue(one), machineValue(other)];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return humanValue(one).localeCompare(humanValue(other), undefined, { numeric: true });
}

/** Sorts by the first column named, then by the next. Rows that are equal keep their order. */
export function sortRows(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  by: readonly string[],
  descending: boolean,
): (readonly Cell[])[] {
  const places = by.map((name) => findColumn(columns, name));
  return rows.toSorted((one, other) => {
    for (const place of places) {
      const order = compare(one[place] ?? null, other[place] ?? null);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}
