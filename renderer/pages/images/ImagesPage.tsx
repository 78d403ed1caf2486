import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function ImagesPage(): ReactNode {
  const { t } = useTranslation();
  return <PageHeader title={t('images.title')} />;
}
