import type { TFunction } from 'i18next';
import type { Host, Task } from '../../../core/contract/index.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import type { Column } from '../../ui/table/columns.ts';
import type { Format } from '../../ui/use-format.ts';
import { TaskState } from './TaskState.tsx';

/** milliseconds from start to end; null while it has not ended */
function took(task: Task): number | null {
  if (task.startedAt === null || task.finishedAt === null) return null;
  return Date.parse(task.finishedAt) - Date.parse(task.startedAt);
}

export function taskColumns(
  t: TFunction,
  format: Format,
  hosts: ReadonlyMap<string, Host>,
  word: (area: 'task', name: string) => string,
): Column<Task>[] {
  return [
    {
      id: 'task',
      header: t('activity.column.task'),
      value: (row) => word('task', row.kind),
      width: 150,
      grow: 1,
    },
    {
      id: 'subject',
      header: t('activity.column.subject'),
      value: (row) => row.subject,
      width: 140,
      grow: 1.4,
    },
    {
      id: 'state',
      header: t('activity.column.state'),
      value: (row) => t(`activity.state.${row.state}`),
      cell: (row) => <TaskState task={row} />,
      width: 170,
      grow: 1.4,
    },
    {
      id: 'host',
      header: t('activity.column.host'),
      value: (row) => (row.hostId === null ? '' : (hosts.get(row.hostId)?.name ?? '')),
      width: 110,
      wide: true,
    },
    {
      id: 'started',
      header: t('activity.column.started'),
      value: (row) => row.startedAt ?? row.createdAt,
      cell: (row) => <RelativeTime at={row.startedAt ?? row.createdAt} />,
      width: 120,
    },
    {
      id: 'took',
      header: t('activity.column.took'),
      value: took,
      cell: (row) => {
        const time = took(row);
        return time === null ? '' : format.duration(time);
      },
      align: 'right',
      width: 90,
      wide: true,
    },
    {
      id: 'request',
      header: t('activity.column.request'),
      value: (row) => row.requestId,
      width: 330,
      hidden: true,
    },
  ];
}
