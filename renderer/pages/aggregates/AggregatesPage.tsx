import { Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Aggregate } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { ResourceList } from '../../components/ResourceList.tsx';
import { AggregateDialog } from '../../forms/aggregate/AggregateDialog.tsx';
import { useItem, useList, useNova } from '../../stores/nova.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { nameColumn } from '../../ui/table/name-column.tsx';

const BY_NAME = { id: 'name', desc: false } as const;

function useColumns(): Column<Aggregate>[] {
  const { t } = useTranslation();
  const hosts = useNova((state) => state.hosts.items);
  return useMemo(() => {
    const names = (row: Aggregate) => row.hostIds.map((id) => hosts.get(id)?.name ?? id).join(', ');
    const metadata = (row: Aggregate) =>
      Object.entries(row.metadata)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ');
    return [
      nameColumn(t('scheduling.column.name')),
      { id: 'zone', header: t('scheduling.zone'), value: (row) => row.availabilityZone, width: 130, grow: 1 },
      { id: 'hosts', header: t('scheduling.column.hosts'), value: names, width: 180, grow: 2 },
      { id: 'metadata', header: t('launch.metadata'), value: metadata, width: 180, grow: 2, wide: true },
      {
        id: 'created',
        header: t('instances.column.created'),
        value: (row) => row.createdAt,
        cell: (row) => <RelativeTime at={row.createdAt} />,
        width: 130,
        hidden: true,
      },
    ];
  }, [t, hosts]);
}

/** Hosts that belong together, with their zone and what filters read of them. */
export function AggregatesPage(): ReactNode {
  const { t } = useTranslation();
  const columns = useColumns();
  const [creating, setCreating] = useState(false);
  const [editedId, setEdited] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Aggregate[]>([]);
  const edited = useItem('aggregates', editedId);
  return (
    <>
      <ResourceList
        id="aggregates"
        title={t('scheduling.aggregates.title')}
        rows={useList('aggregates')}
        columns={columns}
        sort={BY_NAME}
        placeholder={t('scheduling.aggregates.filter')}
        emptyTitle={t('scheduling.aggregates.emptyTitle')}
        emptyText={t('scheduling.aggregates.emptyText')}
        add={t('scheduling.aggregates.add')}
        onAdd={() => setCreating(true)}
        onOpen={(row) => setEdited(row.id)}
        onDelete={setDeleting}
        renderMenu={(row) => <Menu.Item onClick={() => setEdited(row.id)}>{t('scheduling.edit')}</Menu.Item>}
      />
      {creating && <AggregateDialog aggregate={null} onClose={() => setCreating(false)} />}
      {edited && <AggregateDialog aggregate={edited} onClose={() => setEdited(null)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          items={deleting}
          titleOfMany={t('scheduling.aggregates.deleteManyTitle', { count: deleting.length })}
          text={t('scheduling.aggregates.deleteText')}
          remove={(ref) => call('aggregate.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
