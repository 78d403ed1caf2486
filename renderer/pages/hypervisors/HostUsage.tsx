import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, ProviderUsage } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { InstanceLink } from '../../components/InstanceLink.tsx';
import { Disclosure } from '../../ui/Disclosure.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { useFormat } from '../../ui/use-format.ts';

type Usage = ProviderUsage['usages'][number];

function useAmounts(): (resourceClass: string, amount: number) => string {
  const { i18n } = useTranslation();
  const format = useFormat();
  return (resourceClass, amount) => {
    if (resourceClass === 'MEMORY_MB') return format.mib(amount);
    if (resourceClass === 'DISK_GB') return format.gib(amount);
    return new Intl.NumberFormat(i18n.language).format(amount);
  };
}

function Consumers({ usage }: { readonly usage: Usage }): ReactNode {
  const { t } = useTranslation();
  const amount = useAmounts();
  return usage.consumers.map((consumer) => (
    <Group key={consumer.consumerId} justify="space-between" wrap="nowrap" gap="sm">
      <Text size="xs" component="span" truncate>
        {consumer.kind === 'instance' ? (
          <InstanceLink id={consumer.consumerId} name={consumer.name} />
        ) : (
          consumer.name
        )}
        {consumer.kind !== 'instance' && (
          <Text span size="xs" c="var(--nova-muted)">
            {` · ${t(`hypervisors.consumer.${consumer.kind}`)}`}
          </Text>
        )}
      </Text>
      <Text size="xs" component="span" ff="monospace">
        {amount(usage.resourceClass, consumer.amount)}
      </Text>
    </Group>
  ));
}

/** What is given out of each class, where it comes from, and who has it. */
export function HostUsage({ host }: { readonly host: Host }): ReactNode {
  const { t, i18n } = useTranslation();
  const amount = useAmounts();
  const number = new Intl.NumberFormat(i18n.language);
  const { data, error } = useQuery('placement.usage', { ref: host.id }, host.revision);
  return (
    <Stack gap="sm">
      <ErrorAlert error={error} />
      {data?.usages.map((usage) => (
        <div key={usage.resourceClass}>
          <Group justify="space-between">
            <Text size="sm" fw={600}>
              {usage.resourceClass}
            </Text>
            <Text size="sm">
              {t('hypervisors.usage', {
                used: amount(usage.resourceClass, usage.used),
                capacity: amount(usage.resourceClass, usage.capacity),
              })}
            </Text>
          </Group>
          <Text size="xs" c="var(--nova-muted)">
            {t('hypervisors.capacityHint', {
              total: amount(usage.resourceClass, usage.total),
              reserved: amount(usage.resourceClass, usage.reserved),
              ratio: number.format(usage.allocationRatio),
            })}
          </Text>
          {usage.consumers.length > 0 && (
            <Disclosure label={t('hypervisors.byWhom', { count: usage.consumers.length })}>
              <Consumers usage={usage} />
            </Disclosure>
          )}
        </div>
      ))}
      {data && data.traits.length > 0 && (
        <Disclosure label={t('hypervisors.traits', { count: data.traits.length })}>
          <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {data.traits.join(', ')}
          </Text>
        </Disclosure>
      )}
    </Stack>
  );
}
