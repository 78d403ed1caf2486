import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { percentOf } from '../../components/task-progress.ts';
import { useProgress } from '../../components/TaskTransfer.tsx';
import { useList } from '../../stores/nova.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { runningTasks, STATE_TONES, stateOf } from './image-state.ts';

/** An image's status, with how far its copying has come. */
export function ImageStatus({ image }: { readonly image: Image }): ReactNode {
  const { t } = useTranslation();
  const tasks = useList('tasks');
  const creating = runningTasks(tasks, image.id).find((task) => task.kind === 'image.create');
  const percent = percentOf(useProgress(creating));
  const state = stateOf(image, tasks);
  return (
    <StatusBadge
      tone={STATE_TONES[state]}
      label={t(`images.status.${state}`)}
      note={percent === null ? undefined : `${percent} %`}
    />
  );
}
