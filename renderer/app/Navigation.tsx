import { Kbd, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useList, useNova } from '../stores/nova.ts';
import {
  ActivityIcon,
  FlavorIcon,
  ImageIcon,
  InstanceIcon,
  KeyIcon,
  SearchIcon,
  ServerIcon,
} from '../ui/icons.tsx';
import { Brand } from './Brand.tsx';
import { commandPalette } from './Commands.tsx';
import { SettingsMenu } from './SettingsMenu.tsx';
import classes from './shell.module.css';

const SHORTCUT = navigator.userAgent.includes('Mac') ? '⌘K' : 'Ctrl+K';

interface ItemProps {
  readonly to: '/instances' | '/hypervisors' | '/flavors' | '/keypairs' | '/images' | '/activity';
  readonly icon: ReactNode;
  readonly label: string;
  readonly count?: number;
}

function Item({ to, icon, label, count }: ItemProps): ReactNode {
  return (
    <Link to={to} className={classes.link}>
      {icon}
      {label}
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

export function Navigation(): ReactNode {
  const { t } = useTranslation();
  const instances = useNova((state) => state.instances.items.size);
  const hosts = useNova((state) => state.hosts.items.size);
  const running = useRunningTasks();
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
      <Item to="/instances" icon={<InstanceIcon />} label={t('nav.instances')} count={instances} />
      <Item to="/hypervisors" icon={<ServerIcon />} label={t('nav.hypervisors')} count={hosts} />
      <div className={classes.section}>{t('nav.resources')}</div>
      <Item to="/images" icon={<ImageIcon />} label={t('nav.images')} />
      <Item to="/flavors" icon={<FlavorIcon />} label={t('nav.flavors')} />
      <Item to="/keypairs" icon={<KeyIcon />} label={t('nav.keypairs')} />
      <div className={classes.section} />
      <Item to="/activity" icon={<ActivityIcon />} label={t('nav.activity')} count={running} />
      <div className={classes.foot}>
        <Summary />
        <SettingsMenu />
      </div>
    </nav>
  );
}
