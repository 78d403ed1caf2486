import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { HostLoss } from './HostLoss.tsx';
import { Parts } from './Parts.tsx';
import { Simulator } from './Simulator.tsx';
import { SCHEDULER_TABS } from './tabs.ts';

const route = getRouteApi('/scheduler');
type Tab = (typeof SCHEDULER_TABS)[number];

const CONTENT: Readonly<Record<Tab, () => ReactNode>> = {
  simulate: Simulator,
  loss: HostLoss,
  parts: Parts,
};

/** What the scheduler would do, what it could not do any more, and by which rules. */
export function SchedulerPage(): ReactNode {
  const { t } = useTranslation();
  const { tab = 'simulate' } = route.useSearch();
  const navigate = route.useNavigate();
  const Content = CONTENT[tab];
  const open = (value: string | null): void => {
    const next = SCHEDULER_TABS.find((each) => each === value);
    if (next) void navigate({ search: { tab: next }, replace: true });
  };
  return (
    <>
      <PageHeader title={t('scheduling.title')} />
      <Tabs value={tab} onChange={open} mb="md">
        <Tabs.List>
          {SCHEDULER_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`scheduling.tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Content />
    </>
  );
}
