import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { useList } from '../../stores/nova.ts';

interface Props {
  readonly images: readonly Image[];
  readonly onClose: () => void;
}

/** Asks before images go; says which instances were made of them. */
export function DeleteImagesDialog({ images, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const ids = new Set(images.map((image) => image.id));
  const used = useList('instances').filter(({ imageId }) => imageId !== null && ids.has(imageId));
  return (
    <DeleteDialog
      items={images}
      titleOfMany={t('images.deleteManyTitle', { count: images.length })}
      text={t('images.deleteText')}
      remove={(ref) => call('image.delete', { ref })}
      onClose={onClose}
    >
      {used.length > 0 && (
        <Text size="sm" c="var(--nova-warn)">
          {t('images.deleteUsed', { count: used.length })}
        </Text>
      )}
    </DeleteDialog>
  );
}
