import type { ReactNode } from 'react';
import {
  createSortedRowModel,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  type ColumnDef,
} from '@tanstack/react-table';

/** One column of a DataTable. `value` sorts and filters; `cell` shows. */
export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly value: (row: T) => string | number | null;
  readonly cell?: (row: T) => ReactNode;
  /** pixels, at least */
  readonly width: number;
  /** share of the room that is left */
  readonly grow?: number;
  readonly align?: 'right';
  /** left out where the table is too narrow for all; later ones go first */
  readonly wide?: boolean;
  /** not shown until somebody asks for it */
  readonly hidden?: boolean;
}

type CellValue = string | number | null;

// Made once: comparing with options anew for each pair made 5,000 rows wait half a second.
const collator = new Intl.Collator(undefined, { numeric: true });

function compareValues(a: CellValue, b: CellValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a ?? ''), String(b ?? ''));
}

export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  rowSelectionFeature,
});

export type Features = typeof features;

/** Our column as the table library wants it. */
export function toColumnDefs<T extends object>(columns: readonly Column<T>[]): ColumnDef<Features, T>[] {
  return columns.map((column) => ({
    id: column.id,
    header: column.header,
    accessorFn: column.value,
    sortFn: (a, b) => compareValues(column.value(a.original), column.value(b.original)),
  }));
}

/** True when every word of the filter is somewhere in the row. */
export function rowMatches<T>(row: T, columns: readonly Column<T>[], filter: string): boolean {
  const text = columns
    .map((column) => String(column.value(row) ?? ''))
    .join('\n')
    .toLocaleLowerCase();
  return filter
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const CHECK = 36;
const MENU = 44;

/** The columns that fit into `room` pixels (0: not measured yet): wide ones leave from the end, the others stay and scroll. */
export function fitting<T>(columns: readonly Column<T>[], room: number): readonly Column<T>[] {
  const left = [...columns];
  let need = left.reduce((sum, column) => sum + column.width, CHECK + MENU);
  if (room === 0) return left;
  while (need > room) {
    const index = left.findLastIndex((column) => column.wide);
    const [gone] = index === -1 ? [] : left.splice(index, 1);
    if (gone === undefined) break;
    need -= gone.width;
  }
  return left;
}

export interface Grid {
  /** `grid-template-columns` of every row */
  readonly template: string;
  /** pixels below which the table scrolls sideways */
  readonly minWidth: number;
}

/** The tracks of a row: optional check box, the columns, optional menu. */
export function gridOf<T>(columns: readonly Column<T>[], selectable: boolean, menu: boolean): Grid {
  const tracks = columns.map((column) =>
    column.grow === undefined ? `${column.width}px` : `minmax(${column.width}px, ${column.grow}fr)`,
  );
  const ends = (selectable ? CHECK : 0) + (menu ? MENU : 0);
  return {
    template: [...(selectable ? [`${CHECK}px`] : []), ...tracks, ...(menu ? [`${MENU}px`] : [])].join(' '),
    minWidth: columns.reduce((sum, column) => sum + column.width, ends),
  };
}
