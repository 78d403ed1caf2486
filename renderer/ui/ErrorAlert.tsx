import { Alert, Code, Spoiler, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../core/contract/index.ts';
import { errorText } from '../i18n/error-words.ts';

interface Props {
  readonly error: ErrorBody | null;
  /** what was tried; the failure's own title follows below it */
  readonly title?: string;
  readonly children?: ReactNode;
}

/** A failure in words: what happened, to what, what to do, and what lay below it. */
export function ErrorAlert({ error, title, children }: Props): ReactNode {
  const { t, i18n } = useTranslation();
  if (error === null) return null;
  const text = errorText(i18n.language, error);
  const below = [error.cause, error.requestId && `${t('error.request')}: ${error.requestId}`].filter(Boolean);
  return (
    <Alert color="red" variant="light" title={title ?? text.title} role="alert">
      <Stack gap={6}>
        {title !== undefined && <Text size="sm">{text.title}</Text>}
        <Text size="sm">{text.detail}</Text>
        {text.remedy !== null && (
          <Text size="sm" fw={500}>
            {text.remedy}
          </Text>
        )}
        {below.length > 0 && (
          <Spoiler maxHeight={0} showLabel={t('error.technical')} hideLabel={t('action.close')}>
            <Code block>{below.join('\n')}</Code>
          </Spoiler>
        )}
        {children}
      </Stack>
    </Alert>
  );
}
