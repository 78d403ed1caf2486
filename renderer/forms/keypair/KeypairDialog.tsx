import { Modal, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { ImportFields } from './ImportFields.tsx';
import { PrivateKey } from './PrivateKey.tsx';

interface Props {
  readonly onClose: () => void;
  readonly onCreated?: (name: string) => void;
}

interface Made {
  readonly name: string;
  readonly privateKey: string;
}

/** Adds a key pair: one that the person has, or a new one whose private half is shown once. */
export function KeypairDialog({ onClose, onCreated }: Props): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [way, setWay] = useState<'import' | 'generate'>('import');
  const [publicKey, setPublicKey] = useState('');
  const [made, setMade] = useState<Made | null>(null);

  const create = useAction(async () => {
    const given = way === 'import' ? { publicKey: publicKey.trim() } : {};
    const { keypair, privateKey } = await call('keypair.create', { name: name.trim(), ...given });
    onCreated?.(keypair.name);
    if (privateKey === null) onClose();
    else setMade({ name: keypair.name, privateKey });
  });
  if (made !== null) {
    return (
      <Modal
        opened
        onClose={onClose}
        title={t('keypairs.form.privateTitle', { name: made.name })}
        size={640}
        withCloseButton={false}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        <PrivateKey {...made} onClose={onClose} />
      </Modal>
    );
  }
  const incomplete = name.trim() === '' || (way === 'import' && publicKey.trim() === '');
  return (
    <FormDialog
      title={t('keypairs.form.title')}
      size={560}
      submit={way === 'import' ? t('keypairs.form.add') : t('keypairs.form.make')}
      busy={create.busy}
      blocked={incomplete}
      onSubmit={() => void create.run()}
      error={create.error}
      onClose={onClose}
    >
      <SegmentedControl
        value={way}
        onChange={(next) => setWay(next === 'generate' ? 'generate' : 'import')}
        data={[
          { value: 'import', label: t('keypairs.form.import') },
          { value: 'generate', label: t('keypairs.form.generate') },
        ]}
      />
      <TextInput
        label={t('keypairs.form.name')}
        data-autofocus
        value={name}
        error={create.error?.field === 'name' && create.error.message}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {way === 'import' ? (
        <ImportFields
          publicKey={publicKey}
          error={create.error}
          onChange={(key, suggestedName) => {
            setPublicKey(key);
            if (suggestedName !== null && name.trim() === '') setName(suggestedName);
          }}
        />
      ) : (
        <Text size="sm" c="var(--nova-muted)">
          {t('keypairs.form.generateText')}
        </Text>
      )}
    </FormDialog>
  );
}
