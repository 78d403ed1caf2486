import { Center, Loader, Text } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNova } from '../stores/nova.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';
import { Commands } from './Commands.tsx';
import { Navigation } from './Navigation.tsx';
import classes from './shell.module.css';

function Content(): ReactNode {
  const { t } = useTranslation();
  const problem = useNova((state) => state.problem);
  const ready = useNova((state) => state.instances.loaded && state.hosts.loaded && state.settings !== null);
  if (problem !== null) return <ErrorAlert error={problem} title={t('app.unreadable')} />;
  if (ready) return <Outlet />;
  return (
    <Center h="60vh">
      <Loader size="sm" mr="sm" />
      <Text c="var(--nova-muted)">{t('app.loading')}</Text>
    </Center>
  );
}

/** The frame around every page. */
export function Shell(): ReactNode {
  return (
    <div className={classes.shell}>
      <Navigation />
      <main className={classes.main}>
        <Content />
      </main>
      <Commands />
    </div>
  );
}
