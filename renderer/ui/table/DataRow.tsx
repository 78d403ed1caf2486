import { ActionIcon, Checkbox, Menu } from '@mantine/core';
import type { Row } from '@tanstack/react-table';
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DotsIcon } from '../icons.tsx';
import type { Column, Features } from './columns.ts';
import classes from './table.module.css';

interface Props<T extends object> {
  readonly row: Row<Features, T>;
  readonly index: number;
  /** pixels from the top */
  readonly offset: number;
  readonly height: number;
  readonly template: string;
  readonly columns: readonly Column<T>[];
  readonly name: string;
  readonly focusable: boolean;
  readonly onFocus: () => void;
  readonly selectable: boolean;
  readonly dimmed: boolean;
  readonly onOpen: ((row: T) => void) | undefined;
  readonly menu: ((row: T) => ReactNode) | undefined;
}

export function DataRow<T extends object>(props: Props<T>): ReactNode {
  const { t } = useTranslation();
  const { row, columns, menu, onOpen } = props;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter') onOpen?.(row.original);
    if (event.key === ' ' && props.selectable) {
      event.preventDefault();
      row.toggleSelected();
    }
  };
  return (
    <div
      role="row"
      className={classes.row}
      data-index={props.index}
      data-selected={row.getIsSelected() || undefined}
      data-dimmed={props.dimmed || undefined}
      data-open={onOpen !== undefined || undefined}
      aria-rowindex={props.index + 2}
      tabIndex={props.focusable ? 0 : -1}
      style={{
        gridTemplateColumns: props.template,
        height: props.height,
        transform: `translateY(${props.offset}px)`,
      }}
      onFocus={props.onFocus}
      onKeyDown={onKeyDown}
      onClick={() => onOpen?.(row.original)}
    >
      {props.selectable && (
        <div role="cell" className={classes.check} onClick={(event) => event.stopPropagation()}>
          <Checkbox
            size="xs"
            tabIndex={-1}
            aria-label={t('table.selectRow', { name: props.name })}
            checked={row.getIsSelected()}
            onChange={row.getToggleSelectedHandler()}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="cell" className={classes.cell} data-align={column.align}>
          {column.cell === undefined ? column.value(row.original) : column.cell(row.original)}
        </div>
      ))}
      {menu !== undefined && (
        <div role="cell" className={classes.menu} onClick={(event) => event.stopPropagation()}>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('action.more', { name: props.name })}>
                <DotsIcon />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>{menu(row.original)}</Menu.Dropdown>
          </Menu>
        </div>
      )}
    </div>
  );
}
