import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { InstanceMenuItems } from '../../components/InstanceMenuItems.tsx';
import { Notices } from '../../components/Notices.tsx';
import { useInstanceActs } from '../../components/use-instance-acts.tsx';
import { LaunchDialog } from '../../forms/launch/LaunchDialog.tsx';
import { useList, useNova } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { BulkActions } from './BulkActions.tsx';
import { instanceColumns } from './columns.tsx';

const route = getRouteApi('/instances');
const NEWEST_FIRST = { id: 'created', desc: true } as const;

function NoInstances({ onLaunch }: { readonly onLaunch: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const hosts = useList('hosts');
  if (hosts.length === 0) {
    return (
      <EmptyState
        title={t('instances.emptyNoHostTitle')}
        text={t('instances.emptyNoHostText')}
        action={
          <Button size="sm" onClick={() => void navigate({ to: '/hypervisors', search: { add: true } })}>
            {t('instances.addHost')}
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      title={t('instances.emptyTitle')}
      text={t('instances.emptyText')}
      action={
        <Button size="sm" onClick={onLaunch}>
          {t('instances.launch')}
        </Button>
      }
    />
  );
}

export function InstancesPage(): ReactNode {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const { launch = false } = route.useSearch();
  const all = useList('instances');
  const [showDeleted, setShowDeleted] = useState(false);
  const deleted = all.filter((each) => each.vmState === 'soft-delete').length;
  const rows = useMemo(
    () => (showDeleted ? all : all.filter((each) => each.vmState !== 'soft-delete')),
    [all, showDeleted],
  );
  const hosts = useNova((state) => state.hosts.items);
  const columns = useMemo(() => instanceColumns(t), [t]);
  const { view, onView } = useTableView('instances', columns, NEWEST_FIRST);
  const { act, error, dialogs } = useInstanceActs();

  const setLaunch = (on: boolean): void => void navigate({ search: on ? { launch: true } : {} });
  return (
    <>
      <PageHeader title={t('instances.title')}>
        {deleted > 0 && (
          <Button variant="subtle" aria-pressed={showDeleted} onClick={() => setShowDeleted((on) => !on)}>
            {showDeleted ? t('instances.hideDeleted') : t('instances.showDeleted', { count: deleted })}
          </Button>
        )}
        <Button leftSection={<PlusIcon size={14} />} onClick={() => setLaunch(true)}>
          {t('instances.launch')}
        </Button>
      </PageHeader>
      <ErrorAlert error={error} />
      <DataTable
        label={t('instances.title')}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        view={view}
        onView={onView}
        placeholder={t('instances.filter')}
        onOpen={(row) => void navigate({ to: '/instances/$id', params: { id: row.id } })}
        dimmed={(row) => row.hostId !== null && hosts.get(row.hostId)?.connection !== 'connected'}
        renderMenu={(row) => (
          <InstanceMenuItems
            instance={row}
            onAct={(action) => act(action, [row])}
            onConsole={() =>
              void navigate({ to: '/instances/$id', params: { id: row.id }, search: { tab: 'serial' } })
            }
          />
        )}
        renderBulk={(selected, clear) => (
          <BulkActions
            instances={selected}
            onAct={(action) => {
              act(action, selected);
              clear();
            }}
          />
        )}
        empty={
          <>
            <Notices />
            <NoInstances onLaunch={() => setLaunch(true)} />
          </>
        }
      />
      {dialogs}
      {launch && <LaunchDialog onClose={() => setLaunch(false)} />}
    </>
  );
}
