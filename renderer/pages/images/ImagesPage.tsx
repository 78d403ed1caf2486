import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useList, useNova } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { imageColumns } from './columns.tsx';

const BY_NAME = { id: 'name', desc: false } as const;

export function ImagesPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = useList('images');
  const hosts = useNova((state) => state.hosts.items);
  const columns = useMemo(() => imageColumns(t, format, hosts), [t, format, hosts]);
  const { view, onView } = useTableView('images', columns, BY_NAME);
  return (
    <>
      <PageHeader title={t('images.title')} />
      <DataTable
        label={t('images.title')}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        placeholder={t('images.filter')}
        empty={<EmptyState title={t('images.emptyTitle')} text={t('images.emptyText')} />}
      />
    </>
  );
}
