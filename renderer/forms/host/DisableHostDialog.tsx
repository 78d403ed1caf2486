import { TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

interface Props {
  readonly host: Host;
  readonly onClose: () => void;
}

/** Keeps the scheduler off a host, with a word for whoever wonders later. */
export function DisableHostDialog({ host, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const disable = useAction(() =>
    call('host.set', { ref: host.id, enabled: false, disabledReason: reason.trim() || null }),
  );
  const confirm = async (): Promise<void> => {
    if (await disable.run()) onClose();
  };
  return (
    <ConfirmDialog
      opened
      title={t('hypervisors.disableTitle', { name: host.name })}
      text={t('hypervisors.disableText')}
      confirm={t('hypervisors.action.disable')}
      busy={disable.busy}
      error={disable.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <TextInput
        label={t('hypervisors.form.reason')}
        placeholder={t('hypervisors.form.reasonExample')}
        maxLength={255}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && void confirm()}
      />
    </ConfirmDialog>
  );
}
