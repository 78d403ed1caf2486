import { Menu, Text, Title, Tooltip } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForeignGuest } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { AdoptDialog } from '../../forms/host/AdoptDialog.tsx';
import { TakeOverDialog } from '../../forms/host/TakeOverDialog.tsx';
import { useNova } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { useFormat } from '../../ui/use-format.ts';
import classes from './hypervisors.module.css';

const BY_NAME = { id: 'name', desc: false } as const;

function useColumns(): Column<ForeignGuest>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const hosts = useNova((state) => state.hosts.items);
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('hypervisors.foreignColumn.name'),
        value: (row) => row.name,
        width: 160,
        grow: 2,
      },
      {
        id: 'state',
        header: t('hypervisors.foreignColumn.state'),
        value: (row) => row.state,
        width: 110,
        grow: 1,
      },
      {
        id: 'size',
        header: t('hypervisors.foreignColumn.size'),
        value: (row) => row.ram,
        cell: (row) => `${t('unit.vcpus', { count: row.vcpus })}, ${format.mib(row.ram)}`,
        width: 150,
        grow: 1,
      },
      {
        id: 'kind',
        header: t('hypervisors.foreignColumn.kind'),
        value: (row) =>
          row.kind === 'other'
            ? t('hypervisors.foreignKind.other', { owner: row.owner?.controlName })
            : t(`hypervisors.foreignKind.${row.kind}`),
        width: 170,
        grow: 1.5,
      },
      {
        id: 'host',
        header: t('hypervisors.foreignColumn.host'),
        value: (row) => hosts.get(row.hostId)?.name ?? '',
        width: 120,
        grow: 1,
      },
    ],
    [t, format, hosts],
  );
}

interface MenuProps {
  readonly guest: ForeignGuest;
  readonly onAsk: (what: Asked['what']) => void;
}

function GuestMenu({ guest, onAsk }: MenuProps): ReactNode {
  const { t } = useTranslation();
  if (guest.kind === 'other') {
    return <Menu.Item onClick={() => onAsk('takeOver')}>{t('hypervisors.takeOver.ask')}</Menu.Item>;
  }
  return (
    <Tooltip label={guest.refusal} disabled={guest.refusal === null} position="left">
      <Menu.Item
        aria-disabled={guest.refusal !== null}
        {...(guest.refusal !== null && { 'data-disabled': true })}
        closeMenuOnClick={guest.refusal === null}
        onClick={() => guest.refusal === null && onAsk('adopt')}
      >
        {t('hypervisors.adopt.ask')}
      </Menu.Item>
    </Tooltip>
  );
}

interface Asked {
  readonly guest: ForeignGuest;
  readonly what: 'adopt' | 'takeOver';
}

/** What else runs on the hosts, and the ways to bring it under management. */
export function ForeignGuests(): ReactNode {
  const { t } = useTranslation();
  const changes = useNova((state) => state.foreignGuests);
  const hosts = useNova((state) => state.hosts.items.size);
  const { data = [] } = useQuery('guest.list', {}, `${hosts} ${[...changes.values()].join(' ')}`);
  const columns = useColumns();
  const { view, onView } = useTableView('foreign', columns, BY_NAME);
  const [asked, setAsked] = useState<Asked | null>(null);
  if (data.length === 0) return null;
  return (
    <section className={classes.foreign}>
      <Title order={2}>{t('hypervisors.foreign')}</Title>
      <Text size="xs" c="var(--nova-muted)" mb="sm">
        {t('hypervisors.foreignHint')}
      </Text>
      <DataTable
        label={t('hypervisors.foreign')}
        rows={data}
        columns={columns}
        rowId={(row) => `${row.hostId} ${row.uuid}`}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        renderMenu={(row) => <GuestMenu guest={row} onAsk={(what) => setAsked({ guest: row, what })} />}
        empty={null}
      />
      {asked?.what === 'adopt' && <AdoptDialog guest={asked.guest} onClose={() => setAsked(null)} />}
      {asked?.what === 'takeOver' && <TakeOverDialog guest={asked.guest} onClose={() => setAsked(null)} />}
    </section>
  );
}
