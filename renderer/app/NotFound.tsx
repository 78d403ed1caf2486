import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState.tsx';

export function NotFound(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <EmptyState
      title={t('app.notFound')}
      text=""
      action={<Button onClick={() => void navigate({ to: '/instances' })}>{t('app.goToInstances')}</Button>}
    />
  );
}
