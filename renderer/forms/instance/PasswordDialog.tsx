import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useItem } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import type { InstanceFormProps } from './form-props.ts';

/** A new password for an account in the guest, set by the guest's agent. */
export function PasswordDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const image = useItem('images', instance.imageId);
  const [user, setUser] = useState(image?.properties['os_admin_user'] ?? 'root');
  const [password, setPassword] = useState('');
  const set = useAction(() =>
    call('instance.setPassword', { ref: instance.id, user: user.trim(), password }),
  );
  const send = async (): Promise<void> => {
    if (await set.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.form.passwordTitle', { name: instance.name })}
      submit={t('instances.action.set_password')}
      busy={set.busy}
      blocked={password === '' || user.trim() === ''}
      onSubmit={() => void send()}
      error={set.error}
      onClose={onClose}
    >
      <Text size="sm">{t('instances.form.passwordText')}</Text>
      <TextInput
        label={t('instances.form.account')}
        value={user}
        autoComplete="off"
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('instances.form.password')}
        value={password}
        autoComplete="new-password"
        maxLength={256}
        data-autofocus
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
