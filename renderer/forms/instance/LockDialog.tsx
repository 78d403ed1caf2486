import { Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import type { InstanceFormProps } from './form-props.ts';

/** Keeps an instance from being changed by mistake. */
export function LockDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const lock = useAction(() =>
    call('instance.lock', { ref: instance.id, ...(reason.trim() !== '' && { reason: reason.trim() }) }),
  );
  const send = async (): Promise<void> => {
    if (await lock.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.form.lockTitle', { name: instance.name })}
      submit={t('instances.action.lock')}
      busy={lock.busy}
      onSubmit={() => void send()}
      error={lock.error}
      onClose={onClose}
    >
      <Text size="sm">{t('instances.form.lockText')}</Text>
      <TextInput
        label={t('instances.form.lockReason')}
        value={reason}
        maxLength={255}
        data-autofocus
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
