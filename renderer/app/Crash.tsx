import { Button, Code, Stack } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState.tsx';

/** What a page shows that threw: the rest of the window goes on. */
export function Crash({ error }: ErrorComponentProps): ReactNode {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('app.crashed')}
      text={t('app.crashedHint')}
      action={
        <Stack align="center">
          <Code>{error instanceof Error ? error.message : String(error)}</Code>
          <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
        </Stack>
      }
    />
  );
}
