import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { AddHostDialog } from '../../forms/host/AddHostDialog.tsx';
import { ConnectHostDialog } from '../../forms/host/ConnectHostDialog.tsx';
import { DisableHostDialog } from '../../forms/host/DisableHostDialog.tsx';
import { HostSettingsDialog } from '../../forms/host/HostSettingsDialog.tsx';
import { RemoveHostDialog } from '../../forms/host/RemoveHostDialog.tsx';
import { useItem, useList } from '../../stores/nova.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ForeignGuests } from './ForeignGuests.tsx';
import { HostCard } from './HostCard.tsx';
import { HostDrawer } from './HostDrawer.tsx';
import type { HostAction } from './HostMenu.tsx';
import classes from './hypervisors.module.css';
import { Recoveries } from './Recoveries.tsx';

const route = getRouteApi('/hypervisors');

interface Opened {
  readonly hostId: string;
  readonly dialog: 'test' | 'settings' | 'disable' | 'remove';
}

const DIALOGS = {
  test: ConnectHostDialog,
  settings: HostSettingsDialog,
  disable: DisableHostDialog,
  remove: RemoveHostDialog,
} as const;

function HostDialog({ opened, onClose }: { opened: Opened; onClose: () => void }): ReactNode {
  const host = useItem('hosts', opened.hostId);
  const Dialog = DIALOGS[opened.dialog];
  return host && <Dialog host={host} onClose={onClose} />;
}

export function HypervisorsPage(): ReactNode {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const { add = false } = route.useSearch();
  const hosts = useList('hosts').toSorted((a, b) => a.name.localeCompare(b.name));
  const [opened, setOpened] = useState<Opened | null>(null);
  const [shownId, setShown] = useState<string | null>(null);
  const shown = useItem('hosts', shownId);
  const setAdd = (on: boolean): void => void navigate({ search: on ? { add: true } : {} });
  const enable = useAction((host: Host) => call('host.set', { ref: host.id, enabled: true }));
  const connect = useAction((host: Host) => call('host.connect', { ref: host.id }));

  const act = (host: Host, action: HostAction): void => {
    if (action === 'show') setShown(host.id);
    else if (action === 'enable') void enable.run(host);
    else if (action === 'connect') void connect.run(host);
    else setOpened({ hostId: host.id, dialog: action });
  };
  const addButton = (
    <Button leftSection={<PlusIcon size={14} />} onClick={() => setAdd(true)}>
      {t('hypervisors.add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('hypervisors.title')}>{addButton}</PageHeader>
      <ErrorAlert error={enable.error ?? connect.error} />
      {hosts.length === 0 && (
        <EmptyState
          title={t('hypervisors.emptyTitle')}
          text={t('hypervisors.emptyText')}
          action={addButton}
        />
      )}
      <div className={classes.cards}>
        {hosts.map((host) => (
          <HostCard key={host.id} host={host} onAct={(action) => act(host, action)} />
        ))}
      </div>
      <Recoveries />
      <ForeignGuests />
      {shown && (
        <HostDrawer host={shown} onAct={(action) => act(shown, action)} onClose={() => setShown(null)} />
      )}
      {opened && <HostDialog opened={opened} onClose={() => setOpened(null)} />}
      {add && <AddHostDialog onClose={() => setAdd(false)} />}
    </>
  );
}
