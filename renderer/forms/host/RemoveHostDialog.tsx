import { Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

interface Props {
  readonly host: Host;
  readonly onClose: () => void;
}

/** A host with instances is let go only by somebody who has typed its name. */
export function RemoveHostDialog({ host, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const count = useList('instances').filter((instance) => instance.hostId === host.id).length;
  const [typed, setTyped] = useState('');
  const force = count > 0;
  const remove = useAction(() => call('host.remove', { ref: host.id, force }));
  const confirm = async (): Promise<void> => {
    if (await remove.run()) onClose();
  };
  return (
    <ConfirmDialog
      opened
      danger
      title={t('hypervisors.removeTitle', { name: host.name })}
      text={t('hypervisors.removeText')}
      confirm={force ? t('hypervisors.removeForceConfirm') : t('action.remove')}
      busy={remove.busy}
      blocked={force && typed.trim() !== host.name}
      error={remove.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {force && (
        <Stack gap="xs">
          <Text size="sm" c="var(--nova-bad)">
            {t('hypervisors.removeForce', { count })}
          </Text>
          <TextInput
            label={t('hypervisors.removeType', { name: host.name })}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </Stack>
      )}
    </ConfirmDialog>
  );
}
