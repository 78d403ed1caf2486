import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { shell } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useCopy } from '../../components/use-clipboard.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';

interface Props {
  readonly name: string;
  readonly privateKey: string;
  readonly onClose: () => void;
}

/** A new private key, this once: to be saved with mode 0600 or copied. Leaving without either is asked about. */
export function PrivateKey({ name, privateKey, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const [kept, setKept] = useState(false);
  const [path, setPath] = useState<string | null>(null);
  const [warned, setWarned] = useState(false);
  const save = useAction(async () => {
    const saved = await shell('shell.savePrivateKey', { name, privateKey });
    if (saved === null) return;
    setPath(saved.path);
    setKept(true);
  });
  return (
    <Stack gap="md">
      <Text size="sm">{t('keypairs.form.privateText')}</Text>
      <Code block mah={220} data-private-key>
        {privateKey}
      </Code>
      {path !== null && <Text size="sm">{t('keypairs.form.saved', { path })}</Text>}
      <ErrorAlert error={save.error} />
      {warned && !kept && (
        <Alert color="yellow" variant="light">
          {t('keypairs.form.notSaved')}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button
          variant="default"
          size="sm"
          onClick={() => {
            copy(privateKey);
            setKept(true);
          }}
        >
          {t('action.copy')}
        </Button>
        <Button
          variant={kept ? 'default' : 'filled'}
          size="sm"
          loading={save.busy}
          onClick={() => void save.run()}
        >
          {t('keypairs.form.save')}
        </Button>
        <Button
          variant={kept ? 'filled' : 'default'}
          size="sm"
          onClick={() => (kept || warned ? onClose() : setWarned(true))}
        >
          {warned && !kept ? t('keypairs.form.closeAnyway') : t('keypairs.form.done')}
        </Button>
      </Group>
    </Stack>
  );
}
