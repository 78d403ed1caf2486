import { Button, Drawer, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { TaskTransfer } from '../../components/TaskTransfer.tsx';
import { useCopy } from '../../components/use-clipboard.ts';
import { useList } from '../../stores/nova.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { HostCopies } from './HostCopies.tsx';
import { failureOf, runningTasks } from './image-state.ts';
import { ImageStatus } from './ImageStatus.tsx';

interface ImageProps {
  readonly image: Image;
}

function Creation({ image }: ImageProps): ReactNode {
  const { t } = useTranslation();
  const tasks = useList('tasks');
  const creating = runningTasks(tasks, image.id).find((task) => task.kind === 'image.create');
  if (creating !== undefined) return <TaskTransfer task={creating} label={t('images.copying')} />;
  if (image.status !== 'error') return null;
  return <ErrorAlert error={failureOf(tasks, image.id, null)?.error ?? null} title={t('images.failed')} />;
}

function ImageFacts({ image }: ImageProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const copy = useCopy();
  const used = useList('instances').filter((instance) => instance.imageId === image.id).length;
  const no = t('images.noMinimum');
  return (
    <Facts
      facts={[
        { label: t('images.column.status'), value: <ImageStatus image={image} /> },
        { label: t('images.column.format'), value: image.diskFormat },
        { label: t('images.fileSize'), value: format.bytes(image.size) },
        { label: t('images.diskSize'), value: format.bytes(image.virtualSize) },
        { label: t('images.form.minDisk'), value: image.minDisk === 0 ? no : format.gib(image.minDisk) },
        { label: t('images.form.minRam'), value: image.minRam === 0 ? no : format.mib(image.minRam) },
        { label: t('images.usedBy'), value: t('images.instances', { count: used }) },
        { label: t('images.column.created'), value: <RelativeTime at={image.createdAt} /> },
        {
          label: t('images.column.sha256'),
          value:
            image.sha256 === null ? t('images.notHashed') : <CopyText text={image.sha256} onCopy={copy} />,
        },
        { label: t('images.column.id'), value: <CopyText text={image.id} onCopy={copy} /> },
      ]}
    />
  );
}

function Properties({ image }: ImageProps): ReactNode {
  const { t } = useTranslation();
  const pairs = Object.entries(image.properties).toSorted(([a], [b]) => a.localeCompare(b));
  return (
    <Panel title={t('images.form.properties')}>
      {pairs.length === 0 && t('form.none')}
      <Facts facts={pairs.map(([label, value]) => ({ label, value }))} />
    </Panel>
  );
}

interface Props extends ImageProps {
  readonly onEdit: () => void;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

/** Everything about one image, and its copies on the hosts. */
export function ImageDrawer({ image, onEdit, onDelete, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={540}
      title={image.name}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="md">
        <Group gap="xs">
          <Button variant="default" onClick={onEdit}>
            {t('images.edit')}
          </Button>
          <Button variant="default" color="red" c="var(--nova-bad)" onClick={onDelete}>
            {t('action.deleteAsk')}
          </Button>
        </Group>
        <Creation image={image} />
        <Panel>
          <ImageFacts image={image} />
        </Panel>
        <Panel title={t('images.copy.title')}>
          <HostCopies image={image} />
        </Panel>
        <Properties image={image} />
      </Stack>
    </Drawer>
  );
}
