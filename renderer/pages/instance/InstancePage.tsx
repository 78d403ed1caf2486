import { Alert, Button, Menu, Tabs, Tooltip } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { useAction } from '../../api/use-action.ts';
import { InstanceActionDialog, type Asked } from '../../components/InstanceActionDialog.tsx';
import { InstanceMenuItems } from '../../components/InstanceMenuItems.tsx';
import { perform, type LifeAction } from '../../components/instance-actions.ts';
import { InstanceStatusBadge, useHostAway } from '../../components/instance-status.tsx';
import { RenameDialog } from '../../components/RenameDialog.tsx';
import { useRefusal } from '../../components/use-refusal.ts';
import { useItem } from '../../stores/nova.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { DotsIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useNow } from '../../ui/use-now.ts';
import { ActionsTab } from './ActionsTab.tsx';
import { INSTANCE_TABS } from './tabs.ts';
import classes from './instance-page.module.css';
import { LogTab } from './LogTab.tsx';
import { OverviewTab } from './OverviewTab.tsx';
import { XmlTab } from './XmlTab.tsx';

// Terminal and display bring large parts with them, which a list of instances does not need.
const SerialConsole = lazy(async () => ({
  default: (await import('../../consoles/SerialConsole.tsx')).SerialConsole,
}));
const VncConsole = lazy(async () => ({
  default: (await import('../../consoles/VncConsole.tsx')).VncConsole,
}));

const route = getRouteApi('/instances/$id');
type Tab = (typeof INSTANCE_TABS)[number];

function isTab(value: string | null): value is Tab {
  return INSTANCE_TABS.some((tab) => tab === value);
}

function TabContent({ tab, instance }: { readonly tab: Tab; readonly instance: Instance }): ReactNode {
  switch (tab) {
    case 'overview':
      return <OverviewTab instance={instance} />;
    case 'serial':
      return <SerialConsole instance={instance} />;
    case 'vnc':
      return <VncConsole instance={instance} />;
    case 'log':
      return <LogTab instance={instance} />;
    case 'actions':
      return <ActionsTab instance={instance} />;
    case 'xml':
    default:
      return <XmlTab instance={instance} />;
  }
}

function HostAway({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(10_000);
  const away = useHostAway(instance);
  if (!away) return null;
  const host = instance.hostName ?? '';
  return (
    <Alert color="yellow" variant="light" mb="md">
      {instance.seenAt === null
        ? t('instances.hostAwayNever', { host })
        : t('instances.hostAway', { host, time: format.age(instance.seenAt, now) })}
    </Alert>
  );
}

interface BarProps {
  readonly instance: Instance;
  readonly onAct: (action: LifeAction) => void;
  readonly onRename: () => void;
}

function ActionBar({ instance, onAct, onRename }: BarProps): ReactNode {
  const { t } = useTranslation();
  const refusalOf = useRefusal();
  return (
    <>
      {(['start', 'stop', 'reboot'] as const).map((action) => {
        const refusal = refusalOf(action, instance);
        return (
          <Tooltip key={action} label={refusal} disabled={refusal === null}>
            <Button
              variant="default"
              aria-disabled={refusal !== null}
              {...(refusal !== null && { 'data-disabled': true })}
              onClick={() => refusal === null && onAct(action)}
            >
              {t(`instances.action.${action}`)}
            </Button>
          </Tooltip>
        );
      })}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" px={8} aria-label={t('action.more', { name: instance.name })}>
            <DotsIcon />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <InstanceMenuItems instance={instance} onAct={onAct} onRename={onRename} />
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Gone(): ReactNode {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  return (
    <EmptyState
      title={t('instances.notFoundTitle')}
      text={t('instances.notFoundText')}
      action={<Button onClick={() => void navigate({ to: '/instances' })}>{t('app.goToInstances')}</Button>}
    />
  );
}

/** One instance, whole. */
export function InstancePage(): ReactNode {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const { tab = 'overview' } = route.useSearch();
  const navigate = route.useNavigate();
  const instance = useItem('instances', id);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [renaming, setRenaming] = useState(false);
  const start = useAction((one: Instance) => perform('start', [one]));
  if (instance === undefined) return <Gone />;

  const act = (action: LifeAction): void => {
    if (action === 'start') void start.run(instance);
    else setAsked({ action, instances: [instance] });
  };
  return (
    <>
      <PageHeader
        title={
          <span className={classes.title}>
            {instance.name}
            <span className={classes.status}>
              <InstanceStatusBadge instance={instance} />
            </span>
          </span>
        }
      >
        <ActionBar instance={instance} onAct={act} onRename={() => setRenaming(true)} />
      </PageHeader>
      <HostAway instance={instance} />
      <ErrorAlert error={start.error} />
      <Tabs
        value={tab}
        onChange={(next) => isTab(next) && void navigate({ search: { tab: next }, replace: true })}
        mb="md"
      >
        <Tabs.List>
          {INSTANCE_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`instances.tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Suspense fallback={null}>
        <TabContent tab={tab} instance={instance} />
      </Suspense>
      <InstanceActionDialog
        asked={asked}
        onClose={() => setAsked(null)}
        onDone={({ action }) => action === 'delete' && void navigate({ to: '/instances' })}
      />
      {renaming && <RenameDialog instance={instance} onClose={() => setRenaming(false)} />}
    </>
  );
}
