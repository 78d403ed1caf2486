import { Button, Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Keypair } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { useCopy } from '../../components/use-clipboard.ts';
import { KeypairDialog } from '../../forms/keypair/KeypairDialog.tsx';
import { useItem, useList } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { keypairColumns } from './columns.tsx';
import { KeypairDrawer } from './KeypairDrawer.tsx';

const BY_NAME = { id: 'name', desc: false } as const;

export function KeypairsPage(): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const rows = useList('keypairs');
  const columns = useMemo(() => keypairColumns(t), [t]);
  const { view, onView } = useTableView('keypairs', columns, BY_NAME);
  const [adding, setAdding] = useState(false);
  const [shownId, setShown] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Keypair[]>([]);
  const shown = useItem('keypairs', shownId);

  const addButton = (
    <Button leftSection={<PlusIcon size={14} />} onClick={() => setAdding(true)}>
      {t('keypairs.add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('keypairs.title')}>{addButton}</PageHeader>
      <DataTable
        label={t('keypairs.title')}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        placeholder={t('keypairs.filter')}
        onOpen={(row) => setShown(row.id)}
        renderMenu={(row) => (
          <>
            <Menu.Item onClick={() => setShown(row.id)}>{t('keypairs.show')}</Menu.Item>
            <Menu.Item onClick={() => copy(row.publicKey)}>{t('keypairs.copyPublic')}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => setDeleting([row])}>
              {t('keypairs.delete')}
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
            {t('keypairs.delete')}
          </Button>
        )}
        empty={
          <EmptyState title={t('keypairs.emptyTitle')} text={t('keypairs.emptyText')} action={addButton} />
        }
      />
      {shown && (
        <KeypairDrawer keypair={shown} onDelete={() => setDeleting([shown])} onClose={() => setShown(null)} />
      )}
      {adding && <KeypairDialog onClose={() => setAdding(false)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          title={
            deleting.length === 1
              ? t('keypairs.deleteOneTitle', { name: deleting[0]?.name })
              : t('keypairs.deleteManyTitle', { count: deleting.length })
          }
          text={t('keypairs.deleteText')}
          ids={deleting.map((each) => each.id)}
          remove={(ref) => call('keypair.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
