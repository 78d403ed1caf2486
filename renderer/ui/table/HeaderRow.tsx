import { Checkbox, UnstyledButton } from '@mantine/core';
import type { ReactTable } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SortDownIcon, SortUpIcon } from '../icons.tsx';
import type { Column, Features, Grid } from './columns.ts';
import classes from './table.module.css';

interface Props<T extends object> {
  readonly table: ReactTable<Features, T>;
  readonly columns: readonly Column<T>[];
  readonly grid: Grid;
  readonly selectable: boolean;
  readonly menu: boolean;
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

export function HeaderRow<T extends object>({ table, columns, grid, selectable, menu }: Props<T>): ReactNode {
  const { t } = useTranslation();
  return (
    <div
      role="row"
      className={classes.header}
      style={{ gridTemplateColumns: grid.template, minWidth: grid.minWidth }}
    >
      {selectable && (
        <div role="columnheader" className={classes.check}>
          <Checkbox
            size="xs"
            aria-label={t('table.selectAll')}
            checked={table.getIsAllRowsSelected()}
            indeterminate={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
            onChange={table.getToggleAllRowsSelectedHandler()}
          />
        </div>
      )}
      {columns.map((column) => {
        const sort = table.getColumn(column.id)?.getIsSorted() ?? false;
        return (
          <div
            key={column.id}
            role="columnheader"
            className={classes.head}
            data-align={column.align}
            aria-sort={sort === false ? 'none' : ARIA_SORT[sort]}
          >
            <UnstyledButton
              className={classes.sort}
              title={t('table.sortBy', { column: column.header })}
              onClick={() => table.getColumn(column.id)?.toggleSorting()}
            >
              {column.header}
              {sort === 'asc' && <SortUpIcon size={11} />}
              {sort === 'desc' && <SortDownIcon size={11} />}
            </UnstyledButton>
          </div>
        );
      })}
      {menu && <div role="columnheader" aria-label={t('table.actions')} />}
    </div>
  );
}
