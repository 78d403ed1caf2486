import { Menu } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { ResourceList } from '../../components/ResourceList.tsx';
import { CreateImageDialog } from '../../forms/image/CreateImageDialog.tsx';
import { DeleteImagesDialog } from '../../forms/image/DeleteImagesDialog.tsx';
import { EditImageDialog } from '../../forms/image/EditImageDialog.tsx';
import { useItem, useList, useNova } from '../../stores/nova.ts';
import { useFormat } from '../../ui/use-format.ts';
import { imageColumns } from './columns.tsx';
import { ImageDrawer } from './ImageDrawer.tsx';
import { Transfers } from './Transfers.tsx';

const route = getRouteApi('/images');
const BY_NAME = { id: 'name', desc: false } as const;

export function ImagesPage(): ReactNode {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const { add = false } = route.useSearch();
  const format = useFormat();
  const hosts = useNova((state) => state.hosts.items);
  const columns = useMemo(() => imageColumns(t, format, hosts), [t, format, hosts]);
  const [shownId, setShown] = useState<string | null>(null);
  const [editedId, setEdited] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Image[]>([]);
  const shown = useItem('images', shownId);
  const edited = useItem('images', editedId);
  const setAdd = (on: boolean): void => void navigate({ search: on ? { add: true } : {} });
  return (
    <>
      <ResourceList
        id="images"
        title={t('images.title')}
        rows={useList('images')}
        columns={columns}
        sort={BY_NAME}
        placeholder={t('images.filter')}
        emptyTitle={t('images.emptyTitle')}
        emptyText={t('images.emptyText')}
        add={t('images.add')}
        onAdd={() => setAdd(true)}
        onOpen={(row) => setShown(row.id)}
        onDelete={setDeleting}
        renderMenu={(row) => (
          <>
            <Menu.Item onClick={() => setShown(row.id)}>{t('images.show')}</Menu.Item>
            <Menu.Item onClick={() => setEdited(row.id)}>{t('images.edit')}</Menu.Item>
            <Menu.Divider />
          </>
        )}
      >
        <Transfers />
      </ResourceList>
      {shown && (
        <ImageDrawer
          image={shown}
          onEdit={() => setEdited(shown.id)}
          onDelete={() => setDeleting([shown])}
          onClose={() => setShown(null)}
        />
      )}
      {add && <CreateImageDialog onClose={() => setAdd(false)} />}
      {edited && <EditImageDialog image={edited} onClose={() => setEdited(null)} />}
      {deleting.length > 0 && <DeleteImagesDialog images={deleting} onClose={() => setDeleting([])} />}
    </>
  );
}
