import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../stores/nova.ts';

interface Props {
  readonly label: string;
  readonly description: string;
  /** an image's id; null: the instance's own */
  readonly value: string | null;
  /** name of the instance's own image */
  readonly own: string | null;
  readonly onChange: (imageId: string | null) => void;
}

/** One of the images that are ready, or the one that the instance was made from. */
export function ImageChoice({ label, description, value, own, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const images = useList('images').toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <Select
      label={label}
      description={description}
      placeholder={
        own === null ? t('instances.form.chooseImage') : t('instances.form.ownImage', { name: own })
      }
      data={images.map((image) => ({
        value: image.id,
        label: image.name,
        disabled: image.status !== 'active',
      }))}
      value={value}
      onChange={onChange}
      clearable
      searchable={images.length > 8}
      data-autofocus
    />
  );
}
