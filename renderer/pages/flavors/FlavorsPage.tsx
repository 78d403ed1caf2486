import { Button, Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Flavor } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { FlavorDialog } from '../../forms/flavor/FlavorDialog.tsx';
import { useItem, useList } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { flavorColumns } from './columns.ts';

const SMALLEST_FIRST = { id: 'ram', desc: false } as const;

export function FlavorsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = useList('flavors');
  const instances = useList('instances');
  const columns = useMemo(() => flavorColumns(t, format, instances), [t, format, instances]);
  const { view, onView } = useTableView('flavors', columns, SMALLEST_FIRST);
  const [creating, setCreating] = useState(false);
  const [editedId, setEdited] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Flavor[]>([]);
  const edited = useItem('flavors', editedId);

  const addButton = (
    <Button leftSection={<PlusIcon size={14} />} onClick={() => setCreating(true)}>
      {t('flavors.add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('flavors.title')}>{addButton}</PageHeader>
      <DataTable
        label={t('flavors.title')}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        placeholder={t('flavors.filter')}
        onOpen={(row) => setEdited(row.id)}
        renderMenu={(row) => (
          <>
            <Menu.Item onClick={() => setEdited(row.id)}>{t('flavors.edit')}</Menu.Item>
            <Menu.Item color="red" onClick={() => setDeleting([row])}>
              {t('flavors.delete')}
            </Menu.Item>
          </>
        )}
        renderBulk={(selected, clear) => (
          <Button
            variant="default"
            onClick={() => {
              setDeleting(selected);
              clear();
            }}
          >
            {t('flavors.delete')}
          </Button>
        )}
        empty={
          <EmptyState title={t('flavors.emptyTitle')} text={t('flavors.emptyText')} action={addButton} />
        }
      />
      {creating && <FlavorDialog flavor={null} onClose={() => setCreating(false)} />}
      {edited && <FlavorDialog flavor={edited} onClose={() => setEdited(null)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          title={
            deleting.length === 1
              ? t('flavors.deleteOneTitle', { name: deleting[0]?.name })
              : t('flavors.deleteManyTitle', { count: deleting.length })
          }
          text={t('flavors.deleteText')}
          ids={deleting.map((each) => each.id)}
          remove={(ref) => call('flavor.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
