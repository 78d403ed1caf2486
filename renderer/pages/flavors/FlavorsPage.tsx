import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function FlavorsPage(): ReactNode {
  const { t } = useTranslation();
  return <PageHeader title={t('flavors.title')} />;
}
