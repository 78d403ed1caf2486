import { Button, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { TaskTransfer } from '../../components/TaskTransfer.tsx';
import { useCopy } from '../../components/use-clipboard.ts';
import { useWords } from '../../i18n/use-words.ts';
import { useItem } from '../../stores/nova.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Timeline } from '../../ui/Timeline.tsx';
import { TaskState } from './TaskState.tsx';

interface Props {
  readonly task: Task;
  readonly onClose: () => void;
}

function Steps({ task }: { readonly task: Task }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  return (
    <section>
      <Title order={2} mb={6}>
        {t('activity.steps')}
      </Title>
      {task.steps.length === 0 && <Text size="sm">{t('activity.noSteps')}</Text>}
      {task.steps.length > 0 && (
        <Timeline
          steps={task.steps.map((step, index) => ({
            id: `${index}:${step.name}`,
            label: word('step', step.name),
            note: step.error?.message,
            startedAt: step.startedAt,
            finishedAt: step.finishedAt,
            result: step.state,
          }))}
        />
      )}
    </section>
  );
}

/** One task: how it stands, its steps, what went wrong, and the way to cancel it. */
export function TaskDrawer({ task, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const copy = useCopy();
  const navigate = useNavigate();
  const instance = useItem('instances', task.instanceId);
  const host = useItem('hosts', task.hostId);
  const retry = useAction(() => call('task.retry', { id: task.id }));
  const title = `${word('task', task.kind)}: ${task.subject}`;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={560}
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="lg">
        {instance && (
          <Group>
            <Button
              variant="default"
              onClick={() => void navigate({ to: '/instances/$id', params: { id: instance.id } })}
            >
              {t('activity.open')}
            </Button>
          </Group>
        )}
        {task.finishedAt === null && <TaskTransfer task={task} label={title} />}
        {task.finishedAt === null && task.cancellable && (
          <Text size="xs" c="var(--nova-muted)">
            {t('activity.cancelHint')}
          </Text>
        )}
        <ErrorAlert error={retry.error ?? task.error} />
        {task.retryable && (
          <Group>
            <Button variant="default" loading={retry.busy} onClick={() => void retry.run()}>
              {t('activity.retry')}
            </Button>
          </Group>
        )}
        <Facts
          facts={[
            { label: t('activity.column.state'), value: <TaskState task={task} /> },
            { label: t('activity.column.host'), value: host?.name ?? t('form.none') },
            {
              label: t('activity.column.started'),
              value: <RelativeTime at={task.startedAt ?? task.createdAt} />,
            },
            { label: t('activity.column.request'), value: <CopyText text={task.requestId} onCopy={copy} /> },
          ]}
        />
        <Steps task={task} />
      </Stack>
    </Drawer>
  );
}
