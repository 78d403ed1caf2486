import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../../core/contract/index.ts';
import { shell } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';

interface Props {
  readonly publicKey: string;
  readonly onChange: (publicKey: string, suggestedName: string | null) => void;
  readonly error: ErrorBody | null;
}

/** `id_ed25519` from any system's path of `id_ed25519.pub`. */
function stem(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? '').replace(/\.pub$/, '');
}

/** A public key: one found in `~/.ssh`, one from a file, or one pasted. */
export function ImportFields({ publicKey, onChange, error }: Props): ReactNode {
  const { t } = useTranslation();
  const { data: found = [] } = useQuery('keypair.discover', {});
  const pick = useAction(async () => {
    const picked = await shell('shell.pickPublicKey', {});
    if (picked !== null) onChange(picked.text.trim(), stem(picked.path));
  });
  return (
    <Stack gap="sm">
      {found.length > 0 && (
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t('keypairs.form.found')}
          </Text>
          <Group gap="xs">
            {found.map((each) => (
              <Button
                key={each.path}
                variant={publicKey === each.publicKey ? 'light' : 'default'}
                title={each.fingerprint}
                onClick={() => onChange(each.publicKey, stem(each.path))}
              >
                {stem(each.path)}
              </Button>
            ))}
          </Group>
        </div>
      )}
      <Textarea
        label={t('keypairs.form.publicKey')}
        description={t('keypairs.form.publicKeyHint')}
        placeholder="ssh-ed25519 AAAA…"
        autosize
        minRows={3}
        maxRows={6}
        value={publicKey}
        error={error?.field === 'publicKey' && error.message}
        onChange={(event) => onChange(event.currentTarget.value, null)}
      />
      <Button variant="subtle" size="compact-xs" w="fit-content" onClick={() => void pick.run()}>
        {t('keypairs.form.fromFile')}
      </Button>
      <ErrorAlert error={pick.error} />
    </Stack>
  );
}
