import { Menu, Title } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { TaskTransfer } from '../../components/TaskTransfer.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useItem, useList, useNova } from '../../stores/nova.ts';
import { useTableView } from '../../stores/use-table-view.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { useFormat } from '../../ui/use-format.ts';
import classes from './activity.module.css';
import { taskColumns } from './columns.tsx';
import { TaskDrawer } from './TaskDrawer.tsx';
import { WaitingTasks } from './WaitingTasks.tsx';

const LATEST_FIRST = { id: 'started', desc: true } as const;

function UnderWay({ tasks }: { readonly tasks: readonly Task[] }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  if (tasks.length === 0) return null;
  return (
    <section className={classes.running} aria-label={t('activity.running')}>
      <Title order={2} mb={8}>
        {t('activity.running')}
      </Title>
      <Panel>
        <ul className={classes.tasks}>
          {tasks.map((task) => (
            <li key={task.id}>
              <TaskTransfer task={task} label={`${word('task', task.kind)}: ${task.subject}`} />
            </li>
          ))}
        </ul>
      </Panel>
    </section>
  );
}

export function ActivityPage(): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const rows = useList('tasks');
  const hosts = useNova((state) => state.hosts.items);
  const columns = useMemo(() => taskColumns(t, format, hosts, word), [t, format, hosts, word]);
  const { view, onView } = useTableView('activity', columns, LATEST_FIRST);
  const [shownId, setShown] = useState<string | null>(null);
  const shown = useItem('tasks', shownId);
  const cancel = useAction((task: Task) => call('task.cancel', { id: task.id }));
  const retry = useAction((task: Task) => call('task.retry', { id: task.id }));
  const waiting = rows.filter((task) => task.finishedAt === null && task.waitsFor !== null);
  const running = rows
    .filter((task) => task.finishedAt === null && task.waitsFor === null)
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  return (
    <>
      <PageHeader title={t('activity.title')} />
      <ErrorAlert error={cancel.error ?? retry.error} />
      <UnderWay tasks={running} />
      <WaitingTasks tasks={waiting} />
      <DataTable
        label={t('activity.title')}
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        rowName={(row) => row.subject}
        view={view}
        onView={onView}
        placeholder={t('activity.filter')}
        onOpen={(row) => setShown(row.id)}
        renderMenu={(row) => (
          <>
            <Menu.Item onClick={() => setShown(row.id)}>{t('activity.show')}</Menu.Item>
            <Menu.Item
              disabled={row.finishedAt !== null || !row.cancellable}
              onClick={() => void cancel.run(row)}
            >
              {t('activity.cancel')}
            </Menu.Item>
            <Menu.Item disabled={!row.retryable} onClick={() => void retry.run(row)}>
              {t('activity.retry')}
            </Menu.Item>
          </>
        )}
        empty={<EmptyState title={t('activity.emptyTitle')} text={t('activity.emptyText')} />}
      />
      {shown && <TaskDrawer task={shown} onClose={() => setShown(null)} />}
    </>
  );
}
