import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance, InstanceStatus, Task } from '../../core/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { useItem, useList } from '../stores/nova.ts';
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx';
import { useFormat } from '../ui/use-format.ts';
import { useNow } from '../ui/use-now.ts';

const TONES: Partial<Record<InstanceStatus, Tone>> = {
  ACTIVE: 'ok',
  ERROR: 'bad',
  PAUSED: 'warn',
  SUSPENDED: 'warn',
  RESCUE: 'warn',
  REBUILD: 'busy',
  PASSWORD: 'busy',
  MIGRATING: 'busy',
  SOFT_DELETED: 'idle',
  BUILD: 'busy',
  REBOOT: 'busy',
  HARD_REBOOT: 'busy',
};

export function toneOf(instance: Pick<Instance, 'status' | 'taskState'>): Tone {
  if (instance.taskState !== null && instance.status !== 'ERROR') return 'busy';
  return TONES[instance.status] ?? 'idle';
}

/** The step that a task is at, or undefined when none runs. */
export function runningStep(tasks: readonly Task[], instanceId: string): string | undefined {
  const task = tasks.find((each) => each.instanceId === instanceId && each.finishedAt === null);
  return task?.steps.findLast((step) => step.state === 'running')?.name;
}

/** The host is away: what is shown is only what was last known. */
export function useHostAway(instance: Instance): boolean {
  const host = useItem('hosts', instance.hostId);
  return host !== undefined && host.connection !== 'connected';
}

/** An instance's status with the running step, and with its age while the host is away. */
export function InstanceStatusBadge({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const now = useNow(10_000);
  const away = useHostAway(instance);
  const step = runningStep(useList('tasks'), instance.id);
  const label = word('status', instance.status);
  if (away && instance.taskState === null) {
    const note =
      instance.seenAt === null ? undefined : t('instances.seen', { time: format.age(instance.seenAt, now) });
    return <StatusBadge tone="idle" label={label} note={note} />;
  }
  if (instance.reclaimAt !== null && instance.taskState === null) {
    const left = format.duration(Math.max(0, Date.parse(instance.reclaimAt) - now));
    return <StatusBadge tone="idle" label={label} note={t('instances.restorableFor', { time: left })} />;
  }
  // REBOOT and its like already say what is going on.
  const plain = instance.taskState === null || instance.status.endsWith('REBOOT');
  const busy = plain ? undefined : word('taskState', instance.taskState ?? '');
  return (
    <StatusBadge
      tone={toneOf(instance)}
      label={label}
      note={step === undefined ? busy : word('step', step)}
    />
  );
}
