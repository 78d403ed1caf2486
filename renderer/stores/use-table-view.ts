import { useCallback, useMemo } from 'react';
import { useView, type TableView } from './view.ts';

interface Hideable {
  readonly id: string;
  readonly hidden?: boolean;
}

/** How the person left the table `id`, or how `columns` would have it. */
export function useTableView(
  id: string,
  columns: readonly Hideable[],
  sort: TableView['sort'] = null,
): { view: TableView; onView: (view: TableView) => void } {
  const stored = useView((state) => state.tables[id]);
  const setTable = useView((state) => state.setTable);
  const view = useMemo(
    () => stored ?? { hidden: columns.filter((column) => column.hidden).map((column) => column.id), sort },
    [stored, columns, sort],
  );
  const onView = useCallback((next: TableView) => setTable(id, next), [id, setTable]);
  return { view, onView };
}
