import { Button, Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { CreateImageDialog } from '../../forms/image/CreateImageDialog.tsx';
import { DeleteImagesDialog } from '../../forms/image/DeleteImagesDialog.tsx';
import { EditImageDialog } from '../../forms/image/EditImageDialog.tsx';
import { useItem, useList, useNova } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { imageColumns } from './columns.tsx';
import { ImageDrawer } from './ImageDrawer.tsx';
import { Transfers } from './Transfers.tsx';

const BY_NAME = { id: 'name', desc: false } as const;

interface MenuProps {
  readonly onShow: () => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function ImageMenu({ onShow, onEdit, onDelete }: MenuProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Menu.Item onClick={onShow}>{t('images.show')}</Menu.Item>
      <Menu.Item onClick={onEdit}>{t('images.edit')}</Menu.Item>
      <Menu.Divider />
      <Menu.Item color="red" onClick={onDelete}>
        {t('images.delete')}
      </Menu.Item>
    </>
  );
}

export function ImagesPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = useList('images');
  const hosts = useNova((state) => state.hosts.items);
  const columns = useMemo(() => imageColumns(t, format, hosts), [t, format, hosts]);
  const { view, onView } = useTableView('images', columns, BY_NAME);
  const [adding, setAdding] = useState(false);
  const [shownId, setShown] = useState<string | null>(null);
  const [editedId, setEdited] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Image[]>([]);
  const shown = useItem('images', shownId);
  const edited = useItem('images', editedId);

  const addButton = (
    <Button leftSection={<PlusIcon size={14} />} onClick={() => setAdding(true)}>
      {t('images.add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('images.title')}>{addButton}</PageHeader>
      <Transfers />
      <DataTable
        label={t('images.title')}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        placeholder={t('images.filter')}
        onOpen={(row) => setShown(row.id)}
        renderMenu={(row) => (
          <ImageMenu
            onShow={() => setShown(row.id)}
            onEdit={() => setEdited(row.id)}
            onDelete={() => setDeleting([row])}
          />
        )}
        renderBulk={(selected, clear) => (
          <Button
            variant="default"
            onClick={() => {
              setDeleting(selected);
              clear();
            }}
          >
            {t('images.delete')}
          </Button>
        )}
        empty={<EmptyState title={t('images.emptyTitle')} text={t('images.emptyText')} action={addButton} />}
      />
      {shown && (
        <ImageDrawer
          image={shown}
          onEdit={() => setEdited(shown.id)}
          onDelete={() => setDeleting([shown])}
          onClose={() => setShown(null)}
        />
      )}
      {adding && <CreateImageDialog onClose={() => setAdding(false)} />}
      {edited && <EditImageDialog image={edited} onClose={() => setEdited(null)} />}
      {deleting.length > 0 && <DeleteImagesDialog images={deleting} onClose={() => setDeleting([])} />}
    </>
  );
}
