import { useDeferredValue, useMemo, useState } from 'react';
import { useTable, type ReactTable, type RowSelectionState, type SortingState } from '@tanstack/react-table';
import { features, rowMatches, toColumnDefs, type Column, type Features } from './columns.ts';

/** What of a table is remembered between visits. */
export interface RememberedView {
  readonly hidden: readonly string[];
  readonly sort: { readonly id: string; readonly desc: boolean } | null;
}

interface Options<T> {
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowId: (row: T) => string;
  readonly view: RememberedView;
  readonly onView: (view: RememberedView) => void;
}

interface DataTableState<T extends object> {
  readonly table: ReactTable<Features, T>;
  readonly shown: readonly Column<T>[];
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  readonly toggleColumn: (id: string) => void;
  readonly selected: readonly T[];
}

/** Sorting, text filter, selection and column choice over rows that live elsewhere. */
export function useDataTable<T extends object>(options: Options<T>): DataTableState<T> {
  const { rows, columns, rowId, view, onView } = options;
  const [filter, setFilter] = useState('');
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({});
  const defs = useMemo(() => toColumnDefs(columns), [columns]);
  // Typing goes on while thousands of rows are looked through.
  const wanted = useDeferredValue(filter.trim());
  const data = useMemo(
    () => (wanted === '' ? [...rows] : rows.filter((row) => rowMatches(row, columns, wanted))),
    [rows, columns, wanted],
  );
  const sorting = useMemo<SortingState>(() => (view.sort === null ? [] : [{ ...view.sort }]), [view.sort]);
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: rowId,
    enableMultiSort: false,
    state: { sorting, rowSelection },
    onRowSelectionChange: setRowSelection,
    onSortingChange: (change) => {
      const [first] = typeof change === 'function' ? change(sorting) : change;
      onView({ ...view, sort: first === undefined ? null : { id: first.id, desc: first.desc } });
    },
  });
  const shown = useMemo(
    () => columns.filter((column) => !view.hidden.includes(column.id)),
    [columns, view.hidden],
  );
  return {
    table,
    shown,
    filter,
    setFilter,
    toggleColumn: (id) =>
      onView({
        ...view,
        hidden: view.hidden.includes(id) ? view.hidden.filter((each) => each !== id) : [...view.hidden, id],
      }),
    selected: table.getSelectedRowModel().rows.map((row) => row.original),
  };
}
