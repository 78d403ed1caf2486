import { Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Keypair } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { ResourceList } from '../../components/ResourceList.tsx';
import { useCopy } from '../../components/use-clipboard.ts';
import { KeypairDialog } from '../../forms/keypair/KeypairDialog.tsx';
import { useItem, useList } from '../../stores/nova.ts';
import { keypairColumns } from './columns.tsx';
import { KeypairDrawer } from './KeypairDrawer.tsx';

const BY_NAME = { id: 'name', desc: false } as const;

export function KeypairsPage(): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const columns = useMemo(() => keypairColumns(t), [t]);
  const [adding, setAdding] = useState(false);
  const [shownId, setShown] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Keypair[]>([]);
  const shown = useItem('keypairs', shownId);
  return (
    <>
      <ResourceList
        id="keypairs"
        title={t('keypairs.title')}
        rows={useList('keypairs')}
        columns={columns}
        sort={BY_NAME}
        placeholder={t('keypairs.filter')}
        emptyTitle={t('keypairs.emptyTitle')}
        emptyText={t('keypairs.emptyText')}
        add={t('keypairs.add')}
        onAdd={() => setAdding(true)}
        onOpen={(row) => setShown(row.id)}
        onDelete={setDeleting}
        renderMenu={(row) => (
          <>
            <Menu.Item onClick={() => setShown(row.id)}>{t('keypairs.show')}</Menu.Item>
            <Menu.Item onClick={() => copy(row.publicKey)}>{t('keypairs.copyPublic')}</Menu.Item>
            <Menu.Divider />
          </>
        )}
      />
      {shown && (
        <KeypairDrawer keypair={shown} onDelete={() => setDeleting([shown])} onClose={() => setShown(null)} />
      )}
      {adding && <KeypairDialog onClose={() => setAdding(false)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          items={deleting}
          titleOfMany={t('keypairs.deleteManyTitle', { count: deleting.length })}
          text={t('keypairs.deleteText')}
          remove={(ref) => call('keypair.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
