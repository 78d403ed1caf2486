import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { DecisionDetails } from '../../components/DecisionDetails.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';

/** Why here, or why nowhere: every decision of the scheduler about this instance, the latest first. */
export function DecisionTab({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const { data, error } = useQuery('instance.decisions', { ref: instance.id }, instance.hostId);
  return (
    <Stack gap="md">
      <ErrorAlert error={error} />
      {data?.length === 0 && <Text size="sm">{t('instances.detail.noDecision')}</Text>}
      {data?.map((record) => (
        <Panel
          key={`${record.requestId} ${record.at}`}
          title={word('action', record.action)}
          aside={
            <Text size="xs" c="var(--nova-muted)">
              <RelativeTime at={record.at} />
            </Text>
          }
        >
          <DecisionDetails decision={record.decision} />
        </Panel>
      ))}
    </Stack>
  );
}
