import { useMemo, useRef, type ReactNode } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useTranslation } from 'react-i18next';
import { Button, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { EmptyState } from '../EmptyState.tsx';
import { fitting, gridOf, type Column } from './columns.ts';
import { DataRow } from './DataRow.tsx';
import { HeaderRow } from './HeaderRow.tsx';
import { TableToolbar } from './TableToolbar.tsx';
import { useDataTable, type RememberedView } from './use-data-table.ts';
import { useRowFocus } from './use-row-focus.ts';
import classes from './table.module.css';

export interface DataTableProps<T extends object> {
  /** what the rows are, for screen readers */
  readonly label: string;
  readonly rows: readonly T[];
  /** keep it stable (module scope or useMemo) */
  readonly columns: readonly Column<T>[];
  readonly rowId: (row: T) => string;
  readonly rowName: (row: T) => string;
  readonly view: RememberedView;
  readonly onView: (view: RememberedView) => void;
  readonly onOpen?: (row: T) => void;
  /** `Menu.Item`s for one row */
  readonly renderMenu?: (row: T) => ReactNode;
  /** shown in the toolbar while rows are selected; leaving it out means no selection */
  readonly renderBulk?: (rows: readonly T[], clear: () => void) => ReactNode;
  /** a row that is not up to date */
  readonly dimmed?: (row: T) => boolean;
  readonly placeholder?: string;
  readonly empty: ReactNode;
}

const ROW_HEIGHT = 42;

/** The one table: virtual rows, sort, text filter, selection, row menus, column choice; all reachable by keyboard. */
export function DataTable<T extends object>(props: DataTableProps<T>): ReactNode {
  const { t } = useTranslation();
  const state = useDataTable(props);
  const { table, filter, setFilter, selected } = state;
  const { ref: frame, width } = useElementSize();
  const shown = useMemo(() => fitting(state.shown, width), [state.shown, width]);
  const rows = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no React compiler is in use
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  const focus = useRowFocus(rows.length, (index) => virtual.scrollToIndex(index), scroller);
  const grid = useMemo(
    () => gridOf(shown, props.renderBulk !== undefined, props.renderMenu !== undefined),
    [shown, props.renderBulk, props.renderMenu],
  );
  if (props.rows.length === 0) return props.empty;

  return (
    <div ref={frame} className={classes.frame}>
      <TableToolbar
        columns={props.columns}
        hidden={props.view.hidden}
        onToggle={state.toggleColumn}
        filter={filter}
        onFilter={setFilter}
        placeholder={props.placeholder}
        selected={selected.length}
        onClear={() => table.resetRowSelection(true)}
        bulk={selected.length > 0 && props.renderBulk?.(selected, () => table.resetRowSelection(true))}
      />
      <div
        ref={scroller}
        className={classes.scroller}
        role="table"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        onKeyDown={focus.onKeyDown}
      >
        <HeaderRow
          table={table}
          columns={shown}
          grid={grid}
          selectable={props.renderBulk !== undefined}
          menu={props.renderMenu !== undefined}
        />
        <div
          role="rowgroup"
          className={classes.body}
          style={{ height: virtual.getTotalSize(), minWidth: grid.minWidth }}
        >
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <DataRow
                  key={row.id}
                  row={row}
                  index={item.index}
                  offset={item.start}
                  height={ROW_HEIGHT}
                  template={grid.template}
                  columns={shown}
                  name={props.rowName(row.original)}
                  focusable={item.index === focus.index}
                  onFocus={() => focus.setIndex(item.index)}
                  selectable={props.renderBulk !== undefined}
                  dimmed={props.dimmed?.(row.original) ?? false}
                  onOpen={props.onOpen}
                  menu={props.renderMenu}
                />
              )
            );
          })}
        </div>
        {rows.length === 0 && (
          <EmptyState
            title={t('table.noMatch', { filter })}
            text=""
            action={
              <Button variant="default" onClick={() => setFilter('')}>
                {t('table.clearFilter')}
              </Button>
            }
          />
        )}
      </div>
      <Text size="xs" c="var(--nova-muted)" className={classes.count} aria-live="polite">
        {rows.length === props.rows.length
          ? t('table.count', { count: rows.length })
          : t('table.countOf', { shown: rows.length, total: props.rows.length })}
      </Text>
    </div>
  );
}
