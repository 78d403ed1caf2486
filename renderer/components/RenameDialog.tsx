import { TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { FormDialog } from '../ui/FormDialog.tsx';

interface Props {
  readonly instance: Instance;
  readonly onClose: () => void;
}

export function RenameDialog({ instance, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState(instance.name);
  const rename = useAction(() => call('instance.set', { ref: instance.id, name: name.trim() }));
  const save = async (): Promise<void> => {
    if (await rename.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.renameTitle', { name: instance.name })}
      submit={t('action.save')}
      busy={rename.busy}
      blocked={name.trim() === ''}
      onSubmit={() => void save()}
      error={rename.error}
      onClose={onClose}
    >
      <TextInput
        label={t('instances.newName')}
        value={name}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
