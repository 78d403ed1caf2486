import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function HypervisorsPage(): ReactNode {
  const { t } = useTranslation();
  return <PageHeader title={t('hypervisors.title')} />;
}
