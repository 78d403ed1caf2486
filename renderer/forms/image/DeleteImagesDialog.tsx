import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

interface Props {
  readonly images: readonly Image[];
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

/** Asks before images go; says which instances were made of them. */
export function DeleteImagesDialog({ images, onClose, onDone }: Props): ReactNode {
  const { t } = useTranslation();
  const ids = new Set(images.map((image) => image.id));
  const used = useList('instances').filter(({ imageId }) => imageId !== null && ids.has(imageId));
  const remove = useAction(async () => {
    const answers = await Promise.allSettled(images.map(({ id }) => call('image.delete', { ref: id })));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  const confirm = async (): Promise<void> => {
    if (!(await remove.run())) return;
    onDone?.();
    onClose();
  };
  return (
    <ConfirmDialog
      opened
      danger
      title={t('images.deleteTitle', { count: images.length, name: images[0]?.name ?? '' })}
      text={t('images.deleteText')}
      confirm={t('action.delete')}
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {used.length > 0 && (
        <Text size="sm" c="var(--nova-warn)">
          {t('images.deleteUsed', { count: used.length })}
        </Text>
      )}
    </ConfirmDialog>
  );
}
