import { notifications } from '@mantine/notifications';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../core/contract/index.ts';
import { errorText } from '../i18n/error-words.ts';
import { useWords } from '../i18n/use-words.ts';
import { useNova } from '../stores/nova.ts';

/** milliseconds */
const SHORT = 4000;
const LONG = 12_000;
/** what Micronova does of its own accord, after what somebody asked for: told only where it fails */
const HOUSEKEEPING: ReadonlySet<string> = new Set(['instance.describe', 'instance.cleanup', 'image.cleanup']);

/** Tasks that ended between two states of the store. */
export function endedTasks(before: ReadonlyMap<string, Task>, after: ReadonlyMap<string, Task>): Task[] {
  return [...after.values()].filter((task) => {
    const known = before.get(task.id);
    return known !== undefined && known.finishedAt === null && task.finishedAt !== null;
  });
}

/** Says when a task has ended; one that was cancelled needs no telling. */
export function TaskNotices(): ReactNode {
  const { t, i18n } = useTranslation();
  const word = useWords();

  useEffect(
    () =>
      useNova.subscribe((state, before) => {
        if (state.tasks.items === before.tasks.items) return;
        for (const task of endedTasks(before.tasks.items, state.tasks.items)) {
          const title = `${word('task', task.kind)}: ${task.subject}`;
          if (task.state === 'done' && !HOUSEKEEPING.has(task.kind)) {
            notifications.show({
              id: task.id,
              color: 'teal',
              title,
              message: t('activity.state.done'),
              autoClose: SHORT,
            });
          } else if (task.state === 'failed') {
            const text = task.error && errorText(i18n.language, task.error);
            notifications.show({
              id: task.id,
              color: 'red',
              title,
              message: text === null ? t('activity.state.failed') : `${text.title}. ${text.detail}`,
              autoClose: LONG,
            });
          }
        }
      }),
    [t, i18n, word],
  );
  return null;
}
