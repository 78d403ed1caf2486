import { Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Flavor } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { ResourceList } from '../../components/ResourceList.tsx';
import { FlavorDialog } from '../../forms/flavor/FlavorDialog.tsx';
import { useItem, useList } from '../../stores/nova.ts';
import { useFormat } from '../../ui/use-format.ts';
import { flavorColumns } from './columns.ts';

const SMALLEST_FIRST = { id: 'ram', desc: false } as const;

export function FlavorsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const instances = useList('instances');
  const columns = useMemo(() => flavorColumns(t, format, instances), [t, format, instances]);
  const [creating, setCreating] = useState(false);
  const [editedId, setEdited] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Flavor[]>([]);
  const edited = useItem('flavors', editedId);
  return (
    <>
      <ResourceList
        id="flavors"
        title={t('flavors.title')}
        rows={useList('flavors')}
        columns={columns}
        sort={SMALLEST_FIRST}
        placeholder={t('flavors.filter')}
        emptyTitle={t('flavors.emptyTitle')}
        emptyText={t('flavors.emptyText')}
        add={t('flavors.add')}
        onAdd={() => setCreating(true)}
        onOpen={(row) => setEdited(row.id)}
        onDelete={setDeleting}
        renderMenu={(row) => <Menu.Item onClick={() => setEdited(row.id)}>{t('flavors.edit')}</Menu.Item>}
      />
      {creating && <FlavorDialog flavor={null} onClose={() => setCreating(false)} />}
      {edited && <FlavorDialog flavor={edited} onClose={() => setEdited(null)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          items={deleting}
          titleOfMany={t('flavors.deleteManyTitle', { count: deleting.length })}
          text={t('flavors.deleteText')}
          remove={(ref) => call('flavor.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
