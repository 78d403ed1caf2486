import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../core/contract/index.ts';
import { TaskTransfer } from '../../components/TaskTransfer.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useList } from '../../stores/nova.ts';
import { Panel } from '../../ui/Panel.tsx';
import classes from './images.module.css';

function isTransfer(task: Task): boolean {
  return task.finishedAt === null && (task.kind === 'image.create' || task.kind === 'image.upload');
}

/** The copies and uploads under way, with how far they are. */
export function Transfers(): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const running = useList('tasks')
    .filter(isTransfer)
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  if (running.length === 0) return null;
  return (
    <section className={classes.transfers} aria-label={t('images.transfers')}>
      <Panel>
        <ul className={classes.copies}>
          {running.map((task) => (
            <li key={task.id} className={classes.copyItem}>
              <TaskTransfer task={task} label={`${word('task', task.kind)}: ${task.subject}`} />
            </li>
          ))}
        </ul>
      </Panel>
    </section>
  );
}
