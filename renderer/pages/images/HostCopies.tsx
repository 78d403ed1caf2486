import { Button, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, Image } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { TaskTransfer } from '../../components/TaskTransfer.tsx';
import { useList } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { failureOf, runningTasks, stateOf } from './image-state.ts';
import classes from './images.module.css';

interface Props {
  readonly image: Image;
  readonly host: Host;
}

function Copy({ image, host }: Props): ReactNode {
  const { t } = useTranslation();
  const tasks = useList('tasks');
  const upload = useAction(() => call('image.upload', { ref: image.id, host: host.id }));
  const running = runningTasks(tasks, image.id).find(
    (task) => task.kind === 'image.upload' && task.hostId === host.id,
  );
  if (running !== undefined) return <TaskTransfer task={running} label={host.name} />;
  const held = image.cachedOn.includes(host.id);
  const away = host.connection !== 'connected';
  const ready = stateOf(image, tasks) === 'active';
  const failure = held ? null : failureOf(tasks, image.id, host.id);
  return (
    <Stack gap={6}>
      <div className={classes.copy}>
        <Text size="sm" truncate>
          {host.name}
        </Text>
        {held && <StatusBadge tone="ok" label={t('images.copy.held')} />}
        {!held && away && <StatusBadge tone="idle" label={t(`hypervisors.connection.${host.connection}`)} />}
        {!held && !away && (
          <Button
            variant="default"
            size="compact-xs"
            loading={upload.busy}
            disabled={!ready}
            aria-label={t('images.copy.uploadTo', { host: host.name })}
            onClick={() => void upload.run()}
          >
            {t('images.copy.upload')}
          </Button>
        )}
      </div>
      <ErrorAlert error={upload.error ?? failure?.error ?? null} />
    </Stack>
  );
}

/** Which hosts hold a copy of an image, and how to bring it to the others. */
export function HostCopies({ image }: { readonly image: Image }): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts').toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div>
      <Text size="xs" c="var(--nova-muted)" mb={6}>
        {hosts.length === 0 ? t('images.copy.noHosts') : t('images.copy.hint')}
      </Text>
      <ul className={classes.copies}>
        {hosts.map((host) => (
          <li key={host.id} className={classes.copyItem}>
            <Copy image={image} host={host} />
          </li>
        ))}
      </ul>
    </div>
  );
}
