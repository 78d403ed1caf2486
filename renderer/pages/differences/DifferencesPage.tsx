import { Button, Stack, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { useWords } from '../../i18n/use-words.ts';
import { useNova } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { RefreshIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { Claims } from './Claims.tsx';
import { FindingDrawer } from './FindingDrawer.tsx';

const NEWEST_FIRST = { id: 'found', desc: true } as const;

function useColumns(): Column<Finding>[] {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'kind',
        header: t('differences.column.kind'),
        value: (row) => word('finding', row.kind),
        width: 170,
        grow: 1,
      },
      {
        id: 'subject',
        header: t('differences.column.subject'),
        value: (row) => row.subject,
        width: 160,
        grow: 2,
      },
      { id: 'host', header: t('instances.column.host'), value: (row) => row.hostName, width: 110 },
      {
        id: 'detail',
        header: t('differences.column.detail'),
        value: (row) => row.detail,
        width: 240,
        grow: 3,
        wide: true,
      },
      {
        id: 'size',
        header: t('differences.column.size'),
        value: (row) => row.bytes,
        cell: (row) => (row.bytes === null ? '' : format.bytes(row.bytes)),
        align: 'right',
        width: 90,
        wide: true,
      },
      {
        id: 'found',
        header: t('differences.column.found'),
        value: (row) => row.foundAt,
        cell: (row) => <RelativeTime at={row.foundAt} />,
        width: 120,
      },
    ],
    [t, word, format],
  );
}

/** Where hosts and Micronova do not agree. Nothing is done about it until a person says so. */
export function DifferencesPage(): ReactNode {
  const { t } = useTranslation();
  const changes = useNova((state) => state.findings);
  const [looked, setLooked] = useState(0);
  const { data, error } = useQuery('finding.list', {}, `${looked} ${[...changes.values()].join(' ')}`);
  const look = useAction(async () => {
    await call('finding.list', { look: true });
    setLooked((times) => times + 1);
  });
  const columns = useColumns();
  const { view, onView } = useTableView('findings', columns, NEWEST_FIRST);
  const [shownId, setShown] = useState<string | null>(null);
  const shown = data?.find((finding) => finding.id === shownId);
  return (
    <Stack gap={0}>
      <PageHeader title={t('differences.title')}>
        <Button
          variant="default"
          leftSection={<RefreshIcon size={14} />}
          loading={look.busy}
          onClick={() => void look.run()}
        >
          {t('differences.look')}
        </Button>
      </PageHeader>
      <Text size="sm" c="var(--nova-muted)" mb="md">
        {t('differences.hint')}
      </Text>
      <ErrorAlert error={look.error ?? error} />
      <DataTable
        label={t('differences.title')}
        rows={data ?? []}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.subject}
        view={view}
        onView={onView}
        placeholder={t('differences.filter')}
        onOpen={(row) => setShown(row.id)}
        empty={<EmptyState title={t('differences.emptyTitle')} text={t('differences.emptyText')} />}
      />
      <Claims />
      {shown && <FindingDrawer finding={shown} onClose={() => setShown(null)} />}
    </Stack>
  );
}
