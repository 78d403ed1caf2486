import { Kbd, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../api/use-query.ts';
import { useList, useNova } from '../stores/nova.ts';
import {
  ActivityIcon,
  AggregateIcon,
  DifferenceIcon,
  FlavorIcon,
  GroupIcon,
  ImageIcon,
  InstanceIcon,
  KeyIcon,
  ProjectIcon,
  ScaleIcon,
  SearchIcon,
  ServerIcon,
} from '../ui/icons.tsx';
import { Brand } from './Brand.tsx';
import { commandPalette } from './Commands.tsx';
import { type PageName, PAGES } from './pages.ts';
import { SettingsMenu } from './SettingsMenu.tsx';
import classes from './shell.module.css';

const SHORTCUT = navigator.userAgent.includes('Mac') ? '⌘K' : 'Ctrl+K';

interface ItemProps {
  readonly page: PageName;
  readonly icon: ReactNode;
  readonly count?: number;
}

function Item({ page, icon, count }: ItemProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Link to={PAGES[page]} className={classes.link}>
      {icon}
      {t(`nav.${page}`)}
      {count !== undefined && count > 0 && <span className={classes.count}>{count}</span>}
    </Link>
  );
}

function Summary(): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts');
  const running = useRunningTasks();
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  return (
    <div className={classes.summary} role="status">
      <div>{t('app.hostsConnected', { connected, total: hosts.length })}</div>
      <div>{running === 0 ? t('app.idle') : t('app.running', { count: running })}</div>
    </div>
  );
}

function useRunningTasks(): number {
  return useList('tasks').filter((task) => task.finishedAt === null).length;
}

/** How many differences there are, as of the last look at each host. */
function useFindings(): number {
  const changes = useNova((state) => state.findings);
  const { data = [] } = useQuery('finding.list', {}, [...changes.values()].join(' '));
  return data.length;
}

export function Navigation(): ReactNode {
  const { t } = useTranslation();
  const instances = useNova((state) => state.instances.items.size);
  const hosts = useNova((state) => state.hosts.items.size);
  const running = useRunningTasks();
  const findings = useFindings();
  return (
    <nav className={classes.navigation} aria-label={t('nav.main')}>
      <Brand />
      <UnstyledButton className={`${classes.link} ${classes.search}`} onClick={() => commandPalette.open()}>
        <SearchIcon />
        <span className={classes.words}>{t('app.search')}</span>
        <Kbd size="xs" ml="auto">
          {SHORTCUT}
        </Kbd>
      </UnstyledButton>
      <div className={classes.section}>{t('nav.compute')}</div>
      <Item page="instances" icon={<InstanceIcon />} count={instances} />
      <Item page="hypervisors" icon={<ServerIcon />} count={hosts} />
      <Item page="scheduler" icon={<ScaleIcon />} />
      <div className={classes.section}>{t('nav.resources')}</div>
      <Item page="images" icon={<ImageIcon />} />
      <Item page="flavors" icon={<FlavorIcon />} />
      <Item page="keypairs" icon={<KeyIcon />} />
      <div className={classes.section}>{t('nav.organise')}</div>
      <Item page="aggregates" icon={<AggregateIcon />} />
      <Item page="groups" icon={<GroupIcon />} />
      <Item page="projects" icon={<ProjectIcon />} />
      <div className={classes.section} />
      <Item page="differences" icon={<DifferenceIcon />} count={findings} />
      <Item page="activity" icon={<ActivityIcon />} count={running} />
      <div className={classes.foot}>
        <Summary />
        <SettingsMenu />
      </div>
    </nav>
  );
}
