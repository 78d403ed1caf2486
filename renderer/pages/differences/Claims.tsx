import { Button, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { useNova } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';

/** Claims that do not agree with the instances there are; shown only where there are such. */
export function Claims(): ReactNode {
  const { t } = useTranslation();
  const hosts = useNova((state) => state.hosts.items);
  const { data = [], error, reload } = useQuery('placement.audit', {}, hosts);
  const heal = useAction(async () => {
    await call('placement.heal', {});
    reload();
  });
  if (data.length === 0 && error === null) return null;
  return (
    <section>
      <Group justify="space-between" mt="lg" mb={8}>
        <Title order={2}>{t('differences.claims')}</Title>
        {data.some((problem) => problem.healable) && (
          <Button variant="default" loading={heal.busy} onClick={() => void heal.run()}>
            {t('differences.heal')}
          </Button>
        )}
      </Group>
      <ErrorAlert error={heal.error ?? error} />
      <Panel>
        <Facts
          facts={data.map((problem) => ({
            label: `${problem.hostName}: ${problem.consumerName ?? problem.consumerId ?? ''}`,
            value: <Text size="sm">{problem.detail}</Text>,
          }))}
        />
      </Panel>
    </section>
  );
}
