import { Button, Group, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Diagnostics, Instance } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { useRefusal } from '../../components/use-refusal.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useFormat } from '../../ui/use-format.ts';

interface TableProps {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function Figures({ title, head, rows }: TableProps): ReactNode {
  if (rows.length === 0) return null;
  return (
    <Panel title={title}>
      <Table.ScrollContainer minWidth={480}>
        <Table verticalSpacing={4} fz="sm">
          <Table.Thead>
            <Table.Tr>
              {head.map((each) => (
                <Table.Th key={each}>{each}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((cells) => (
              <Table.Tr key={cells[0]}>
                {cells.map((cell, index) => (
                  // oxlint-disable-next-line react/no-array-index-key -- the columns of a row never change places
                  <Table.Td key={index}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Overall({ figures }: { readonly figures: Diagnostics }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const unknown = t('hypervisors.detail.unknown');
  const { memory, uptime } = figures;
  const cpuTime = figures.cpus.reduce((sum, cpu) => sum + cpu.time, 0) / 1e6;
  return (
    <Panel title={t('instances.diagnostics.overall')}>
      <Facts
        facts={[
          { label: t('instances.column.power'), value: word('power', figures.powerState) },
          {
            label: t('instances.diagnostics.uptime'),
            value: uptime === null ? unknown : format.duration(uptime * 1000),
          },
          { label: t('instances.diagnostics.cpuTime'), value: format.duration(cpuTime) },
          { label: t('instances.diagnostics.memory'), value: format.bytes(memory.maximum) },
          {
            label: t('instances.diagnostics.memoryUsed'),
            value: memory.used === null ? unknown : format.bytes(memory.used),
          },
          {
            label: t('instances.diagnostics.memoryHost'),
            value: memory.resident === null ? unknown : format.bytes(memory.resident),
          },
        ]}
      />
    </Panel>
  );
}

function All({ figures }: { readonly figures: Diagnostics }): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <>
      <Overall figures={figures} />
      <Figures
        title={t('instances.diagnostics.disks')}
        head={[
          t('instances.diagnostics.device'),
          t('instances.diagnostics.read'),
          t('instances.diagnostics.written'),
          t('instances.diagnostics.size'),
        ]}
        rows={figures.disks.map((disk) => [
          disk.device,
          `${format.bytes(disk.readBytes)} (${number.format(disk.readRequests)})`,
          `${format.bytes(disk.writeBytes)} (${number.format(disk.writeRequests)})`,
          disk.capacity === null ? '' : format.bytes(disk.capacity),
        ])}
      />
      <Figures
        title={t('instances.diagnostics.nics')}
        head={[
          t('instances.diagnostics.device'),
          t('instances.detail.mac'),
          t('instances.diagnostics.received'),
          t('instances.diagnostics.sent'),
          t('instances.diagnostics.errors'),
        ]}
        rows={figures.nics.map((nic) => [
          nic.device,
          nic.mac ?? '',
          `${format.bytes(nic.rxBytes)} (${number.format(nic.rxPackets)})`,
          `${format.bytes(nic.txBytes)} (${number.format(nic.txPackets)})`,
          number.format(nic.rxErrors + nic.txErrors),
        ])}
      />
    </>
  );
}

/** The figures of a guest, as the host has them at this moment. */
export function DiagnosticsTab({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const refusal = useRefusal()('diagnostics', instance);
  const query = useQuery('instance.diagnostics', refusal === null ? { ref: instance.id } : null);
  if (refusal !== null) return <Text size="sm">{refusal}</Text>;
  return (
    <Stack gap="md">
      <Group justify="flex-end">
        <Button variant="default" loading={query.loading} onClick={query.reload}>
          {t('action.refresh')}
        </Button>
      </Group>
      <ErrorAlert error={query.error} />
      {query.data && <All figures={query.data} />}
    </Stack>
  );
}
