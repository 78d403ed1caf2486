import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';

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
    <Modal opened onClose={onClose} title={t('instances.renameTitle', { name: instance.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack>
          <TextInput
            label={t('instances.newName')}
            value={name}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <ErrorAlert error={rename.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={rename.busy} disabled={name.trim() === ''}>
              {t('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
