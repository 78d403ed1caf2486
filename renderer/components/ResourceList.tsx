import { Button, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTableView } from '../stores/use-table-view.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import type { Column } from '../ui/table/columns.ts';
import { DataTable } from '../ui/table/DataTable.tsx';

interface Props<T> {
  /** what the table's columns and order are remembered under */
  readonly id: string;
  readonly title: string;
  readonly rows: readonly T[];
  /** keep it stable (module scope or useMemo) */
  readonly columns: readonly Column<T>[];
  /** the order until a person chooses another; keep it stable */
  readonly sort: { readonly id: string; readonly desc: boolean };
  readonly placeholder: string;
  readonly emptyTitle: string;
  readonly emptyText: string;
  /** the word on the button that makes one */
  readonly add: string;
  readonly onAdd: () => void;
  readonly onOpen: (row: T) => void;
  /** asked for one row in its menu, or for all selected ones */
  readonly onDelete: (rows: readonly T[]) => void;
  /** what a row's menu has above Delete */
  readonly renderMenu: (row: T) => ReactNode;
  /** between the title and the table */
  readonly children?: ReactNode;
}

/** A page of named things that a person makes, opens and deletes: title, table, and what to do while there is none. */
export function ResourceList<T extends { readonly id: string; readonly name: string }>(
  props: Props<T>,
): ReactNode {
  const { t } = useTranslation();
  const { view, onView } = useTableView(props.id, props.columns, props.sort);
  const addButton = (
    <Button leftSection={<PlusIcon size={14} />} onClick={props.onAdd}>
      {props.add}
    </Button>
  );
  return (
    <>
      <PageHeader title={props.title}>{addButton}</PageHeader>
      {props.children}
      <DataTable
        label={props.title}
        rows={props.rows}
        columns={props.columns}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        placeholder={props.placeholder}
        onOpen={props.onOpen}
        renderMenu={(row) => (
          <>
            {props.renderMenu(row)}
            <Menu.Item color="red" onClick={() => props.onDelete([row])}>
              {t('action.deleteAsk')}
            </Menu.Item>
          </>
        )}
        renderBulk={(selected, clear) => (
          <Button
            variant="default"
            onClick={() => {
              props.onDelete(selected);
              clear();
            }}
          >
            {t('action.deleteAsk')}
          </Button>
        )}
        empty={<EmptyState title={props.emptyTitle} text={props.emptyText} action={addButton} />}
      />
    </>
  );
}
