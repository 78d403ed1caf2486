import { Alert, Button, Menu, Tabs, Tooltip } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { InstanceMenuItems } from '../../components/InstanceMenuItems.tsx';
import type { OfferedAction } from '../../components/instance-actions.ts';
import { InstanceStatusBadge, useHostAway } from '../../components/instance-status.tsx';
import { useInstanceActs } from '../../components/use-instance-acts.tsx';
import { useRefusal } from '../../components/use-refusal.ts';
import { useItem } from '../../stores/nova.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { DotsIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useNow } from '../../ui/use-now.ts';
import { ActionsTab } from './ActionsTab.tsx';
import { DecisionTab } from './DecisionTab.tsx';
import { DiagnosticsTab } from './DiagnosticsTab.tsx';
import { InstanceNotes } from './InstanceNotes.tsx';
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
    case 'decision':
      return <DecisionTab instance={instance} />;
    case 'diagnostics':
      return <DiagnosticsTab instance={instance} />;
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
  readonly onAct: (action: OfferedAction) => void;
}

function ActionBar({ instance, onAct }: BarProps): ReactNode {
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
          <InstanceMenuItems instance={instance} onAct={onAct} />
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
  const { act, error, dialogs } = useInstanceActs(() => void navigate({ to: '/instances' }));
  if (instance === undefined) return <Gone />;
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
        <ActionBar instance={instance} onAct={(action) => act(action, [instance])} />
      </PageHeader>
      <HostAway instance={instance} />
      <InstanceNotes instance={instance} onAct={(action) => act(action, [instance])} />
      <ErrorAlert error={error} />
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
      {dialogs}
    </>
  );
}
