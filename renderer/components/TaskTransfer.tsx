import { Button, Group, Progress, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task, TaskProgress } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { useWords } from '../i18n/use-words.ts';
import { useNova } from '../stores/nova.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';
import { useFormat, type Format } from '../ui/use-format.ts';
import { percentOf } from './task-progress.ts';
import classes from './task-transfer.module.css';

/** What a running task counts: the latest event, or what the list said. */
export function useProgress(task: Task | undefined): TaskProgress | null {
  const live = useNova((state) => (task === undefined ? undefined : state.progress.get(task.id)));
  return live ?? task?.progress ?? null;
}

/** Bytes, speed and time left, as far as they are known. */
function figures({ done, total, rate, eta }: TaskProgress, format: Format, t: TFunction): string {
  const amount =
    total === null
      ? format.bytes(done)
      : t('transfer.of', { done: format.bytes(done), total: format.bytes(total) });
  const speed = rate > 0 ? t('unit.perSecond', { size: format.bytes(rate) }) : null;
  const left = eta === null ? null : t('time.left', { time: format.duration(Math.ceil(eta) * 1000) });
  return [amount, speed, left].filter((part) => part !== null).join(' · ');
}

interface Props {
  /** one that has not ended */
  readonly task: Task;
  readonly label: string;
}

/** How far a copy or upload has come, how fast it goes, and the way to break it off. */
export function TaskTransfer({ task, label }: Props): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const progress = useProgress(task);
  const cancel = useAction(() => call('task.cancel', { id: task.id }));
  const step = task.steps.findLast((each) => each.state === 'running')?.name;
  const waiting = task.state === 'queued' ? t('activity.state.queued') : t('activity.state.running');
  const text = progress === null ? (step ? word('step', step) : waiting) : figures(progress, format, t);
  const percent = percentOf(progress);
  return (
    <div className={classes.transfer}>
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <Text size="sm" truncate>
          {label}
        </Text>
        <Text size="xs" className={classes.figures}>
          {text}
        </Text>
      </Group>
      <div className={classes.line}>
        <Progress
          flex={1}
          size={6}
          value={percent ?? (task.state === 'running' ? 100 : 0)}
          animated={percent === null && task.state === 'running'}
          aria-label={label}
        />
        {task.cancellable && (
          <Button
            variant="default"
            size="compact-xs"
            loading={cancel.busy}
            aria-label={t('transfer.cancel', { name: label })}
            onClick={() => void cancel.run()}
          >
            {t('action.cancel')}
          </Button>
        )}
      </div>
      <ErrorAlert error={cancel.error} />
    </div>
  );
}
