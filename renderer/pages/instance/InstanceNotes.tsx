import { Alert, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import type { OfferedAction } from '../../components/instance-actions.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';

interface NoteProps {
  readonly color: string;
  readonly children: ReactNode;
  readonly button?: { readonly label: string; readonly onClick: () => void };
}

function Note({ color, children, button }: NoteProps): ReactNode {
  return (
    <Alert color={color} variant="light" mb="md">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" component="div">
          {children}
        </Text>
        {button && (
          <Button variant="default" onClick={button.onClick}>
            {button.label}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

interface Props {
  readonly instance: Instance;
  readonly onAct: (action: OfferedAction) => void;
}

/** What stands above everything else about an instance: who has it, and what it is being kept for. */
export function InstanceNotes({ instance, onAct }: Props): ReactNode {
  const { t } = useTranslation();
  const { lock, takenOver, reclaimAt, rescueImageName } = instance;
  const button = (action: OfferedAction) => ({
    label: t(`instances.action.${action}`),
    onClick: () => onAct(action),
  });
  return (
    <>
      {takenOver && (
        <Note color="red">
          {t('instances.note.takenOver', { by: takenOver.by })} <RelativeTime at={takenOver.at} />
        </Note>
      )}
      {reclaimAt !== null && (
        <Note color="gray" button={button('restore')}>
          {t('instances.note.deleted')} <RelativeTime at={reclaimAt} />
        </Note>
      )}
      {rescueImageName !== null && (
        <Note color="yellow" button={button('unrescue')}>
          {t('instances.note.rescued', { image: rescueImageName })}
        </Note>
      )}
      {lock && (
        <Note color="blue" button={button('unlock')}>
          {lock.reason === null
            ? t('instances.note.locked', { by: lock.by })
            : t('instances.note.lockedWhy', { by: lock.by, reason: lock.reason })}
        </Note>
      )}
    </>
  );
}
