import { ActionIcon, Menu, Text, Title } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/use-words.ts';
import { useItem, useNova } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { DotsIcon } from '../../ui/icons.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import classes from './activity.module.css';
import { WaitingTaskDialog } from './WaitingTaskDialog.tsx';

function Waiting({ task, onEdit }: { readonly task: Task; readonly onEdit: () => void }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const host = useItem('hosts', task.hostId);
  const move = useAction((position: 'first' | 'last') => call('task.set', { id: task.id, position }));
  const cancel = useAction(() => call('task.cancel', { id: task.id }));
  return (
    <li>
      <div className={classes.waiting}>
        <div>
          <Text size="sm">
            {word('task', task.kind)}: {task.subject}
          </Text>
          <Text size="xs" c="var(--nova-muted)" component="div">
            {t('activity.waitingFor', { host: host?.name ?? '' })}
            {task.expiresAt !== null && (
              <>
                {' · '}
                {t('activity.expiresAt')} <RelativeTime at={task.expiresAt} />
              </>
            )}
          </Text>
        </div>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('action.more', { name: task.subject })}>
              <DotsIcon />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onEdit}>{t('activity.edit')}</Menu.Item>
            <Menu.Item onClick={() => void move.run('first')}>{t('activity.runFirst')}</Menu.Item>
            <Menu.Item onClick={() => void move.run('last')}>{t('activity.runLast')}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => void cancel.run()}>
              {t('activity.cancel')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <ErrorAlert error={move.error ?? cancel.error} />
    </li>
  );
}

/** What waits for hosts that are away, host by host in the order in which it will run. */
export function WaitingTasks({ tasks }: { readonly tasks: readonly Task[] }): ReactNode {
  const { t } = useTranslation();
  const hosts = useNova((state) => state.hosts.items);
  const [editedId, setEdited] = useState<string | null>(null);
  const edited = tasks.find((task) => task.id === editedId);
  if (tasks.length === 0) return null;
  const nameOf = (task: Task) => hosts.get(task.hostId ?? '')?.name ?? '';
  const sorted = tasks.toSorted(
    (a, b) => nameOf(a).localeCompare(nameOf(b)) || a.createdAt.localeCompare(b.createdAt),
  );
  return (
    <section className={classes.running} aria-label={t('activity.waiting')}>
      <Title order={2} mb={4}>
        {t('activity.waiting')}
      </Title>
      <Text size="xs" c="var(--nova-muted)" mb={8}>
        {t('activity.waitingHint')}
      </Text>
      <Panel>
        <ul className={classes.tasks}>
          {sorted.map((task) => (
            <Waiting key={task.id} task={task} onEdit={() => setEdited(task.id)} />
          ))}
        </ul>
      </Panel>
      {edited && <WaitingTaskDialog task={edited} onClose={() => setEdited(null)} />}
    </section>
  );
}
