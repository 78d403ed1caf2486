import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Backup, Output } from '../../../core/contract/index.ts';
import { call, shell } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { useFormat } from '../../ui/use-format.ts';

function Copies({ backups }: { readonly backups: readonly Backup[] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (backups.length === 0) return <Text size="sm">{t('settings.noBackups')}</Text>;
  return (
    <Table fz="sm" verticalSpacing={4}>
      <Table.Tbody>
        {backups.map((backup) => (
          <Table.Tr key={backup.file}>
            <Table.Td>
              <RelativeTime at={backup.at} />
            </Table.Td>
            <Table.Td>{t(`settings.reason.${backup.reason}`)}</Table.Td>
            <Table.Td ta="right">{format.bytes(backup.size)}</Table.Td>
            <Table.Td>
              <Text size="xs" c="var(--nova-muted)" style={{ overflowWrap: 'anywhere' }}>
                {backup.file}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The copies of the database: those that are made by themselves, one now, one elsewhere, and the way back. */
export function Backups({ kept }: { readonly kept: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const { data = [], error, reload } = useQuery('backup.list', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [staged, setStaged] = useState<Output<'backup.import'> | null>(null);
  const make = useAction(async () => {
    await call('backup.create', {});
    reload();
  });
  const exportTo = useAction(async () => {
    const file = await shell('shell.saveBackup', {});
    if (file !== null) await call('backup.export', { file });
  });
  const choose = useAction(async () => setChosen(await shell('shell.pickBackup', {})));
  const importFrom = useAction(async (file: string) => setStaged(await call('backup.import', { file })));
  const confirm = async (): Promise<void> => {
    if (chosen !== null && (await importFrom.run(chosen))) setChosen(null);
  };
  return (
    <Panel title={t('settings.backups')}>
      <Stack gap="sm">
        <Text size="sm" c="var(--nova-muted)">
          {t('settings.backupsHint')}
        </Text>
        {kept}
        <Group gap="xs">
          <Button variant="default" loading={make.busy} onClick={() => void make.run()}>
            {t('settings.backupNow')}
          </Button>
          <Button variant="default" loading={exportTo.busy} onClick={() => void exportTo.run()}>
            {t('settings.export')}
          </Button>
          <Button variant="default" loading={choose.busy} onClick={() => void choose.run()}>
            {t('settings.import')}
          </Button>
        </Group>
        <ErrorAlert error={make.error ?? exportTo.error ?? choose.error ?? error} />
        {staged && (
          <Alert color="blue" variant="light">
            {t('settings.staged', { instances: staged.instances, hosts: staged.hosts })}
          </Alert>
        )}
        <Copies backups={data} />
      </Stack>
      <ConfirmDialog
        opened={chosen !== null}
        title={t('settings.importTitle')}
        text={t('settings.importText', { file: chosen })}
        confirm={t('settings.importConfirm')}
        busy={importFrom.busy}
        error={importFrom.error}
        onClose={() => {
          importFrom.clear();
          setChosen(null);
        }}
        onConfirm={() => void confirm()}
      />
    </Panel>
  );
}
