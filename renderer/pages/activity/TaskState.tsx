import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../core/contract/index.ts';
import { useProgress } from '../../components/TaskTransfer.tsx';
import { percentOf } from '../../components/task-progress.ts';
import { useWords } from '../../i18n/use-words.ts';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';

const TONES: Readonly<Record<Task['state'], Tone>> = {
  queued: 'idle',
  running: 'busy',
  done: 'ok',
  failed: 'bad',
  cancelled: 'idle',
};

/** How a task stands, with its running step and how far that has come. */
export function TaskState({ task }: { readonly task: Task }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const percent = percentOf(useProgress(task));
  const step = task.steps.findLast((each) => each.state === 'running')?.name;
  const note = [step && word('step', step), percent !== null && `${percent} %`].filter(Boolean).join(' ');
  return (
    <StatusBadge
      tone={TONES[task.state]}
      label={task.waitsFor === null ? t(`activity.state.${task.state}`) : t('activity.waitsForHost')}
      note={task.state === 'running' ? note : undefined}
    />
  );
}
