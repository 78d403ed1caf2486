import { Select, Stack, Table, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refuge } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { InstanceLink } from '../../components/InstanceLink.tsx';
import { useList, useNova } from '../../stores/nova.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Panel } from '../../ui/Panel.tsx';

function Row({ refuge }: { readonly refuge: Refuge }): ReactNode {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>
        <InstanceLink id={refuge.instanceId} name={refuge.instanceName} />
      </Table.Td>
      <Table.Td>
        {refuge.hostName ?? (
          <Text span size="sm" c="var(--nova-bad)" fw={600}>
            {t('scheduling.nowhere')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="xs" c="var(--nova-muted)">
          {refuge.reason}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

function Verdict({
  refuges,
  host,
}: {
  readonly refuges: readonly Refuge[];
  readonly host: string;
}): ReactNode {
  const { t } = useTranslation();
  const lost = refuges.filter((refuge) => refuge.hostId === null).length;
  if (refuges.length === 0) return <Text fw={600}>{t('scheduling.nothingThere', { host })}</Text>;
  if (lost === 0) return <Text fw={600}>{t('scheduling.allSafe', { host, count: refuges.length })}</Text>;
  return (
    <Text fw={600} c="var(--nova-bad)">
      {t('scheduling.someLost', { host, lost, count: refuges.length })}
    </Text>
  );
}

/** If one host died now: does everything still fit, and where would each go? */
export function HostLoss(): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts').toSorted((a, b) => a.name.localeCompare(b.name));
  const changes = useNova((state) => state.hosts.items);
  const [chosen, setChosen] = useState<string | null>(null);
  const hostId = chosen ?? hosts[0]?.id ?? null;
  const { data, error } = useQuery(
    'scheduler.withoutHost',
    hostId === null ? null : { ref: hostId },
    changes,
  );
  if (hosts.length === 0) {
    return <EmptyState title={t('instances.emptyNoHostTitle')} text={t('instances.emptyNoHostText')} />;
  }
  return (
    <Panel>
      <Stack gap="md">
        <Select
          label={t('scheduling.ifHostDied')}
          data={hosts.map((host) => ({ value: host.id, label: host.name }))}
          value={hostId}
          onChange={setChosen}
          allowDeselect={false}
          maw={320}
        />
        <ErrorAlert error={error} />
        {data && <Verdict refuges={data.refuges} host={data.hostName} />}
        {data && data.refuges.length > 0 && (
          <Table fz="sm" verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('instances.column.name')}</Table.Th>
                <Table.Th>{t('scheduling.wouldGo')}</Table.Th>
                <Table.Th>{t('scheduling.why')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.refuges.map((refuge) => (
                <Row key={refuge.instanceId} refuge={refuge} />
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Panel>
  );
}
