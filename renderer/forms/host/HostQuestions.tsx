import { Alert, Button, Checkbox, Code, PasswordInput, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostTest } from '../../../core/contract/index.ts';
import type { Secrets } from './host-draft.ts';
import classes from './host-test.module.css';
import { refusedKey } from './refused-key.ts';

interface Props {
  readonly test: HostTest;
  readonly secrets: Secrets;
  readonly onSecrets: (secrets: Secrets) => void;
  readonly onAcceptKey: (fingerprint: string) => void;
  readonly busy: boolean;
}

function UnknownKey({ test, onAcceptKey, busy }: Props): ReactNode {
  const { t } = useTranslation();
  const key = test.unknownHostKey;
  if (key === null) return null;
  return (
    <Alert color="yellow" variant="light" title={t('hypervisors.form.unknownKey')}>
      <Text size="sm">{t('hypervisors.form.unknownKeyText', { address: key.address, type: key.type })}</Text>
      <Code className={classes.fingerprint}>{key.fingerprint}</Code>
      <Button loading={busy} onClick={() => onAcceptKey(key.fingerprint)}>
        {t('hypervisors.form.acceptKey')}
      </Button>
    </Alert>
  );
}

/** A changed or revoked key is told, and nothing here leads past it. */
function RefusedKey({ test }: Pick<Props, 'test'>): ReactNode {
  const { t } = useTranslation();
  const refused = refusedKey(test);
  if (refused === null) return null;
  return (
    <Alert color="red" variant="light" title={t(`hypervisors.form.${refused}Key`)} role="alert">
      {t(`hypervisors.form.${refused}KeyText`)}
    </Alert>
  );
}

function SecretField({ test, secrets, onSecrets }: Props): ReactNode {
  const { t } = useTranslation();
  if (test.needs === null) return null;
  const kind = test.needs;
  return (
    <Alert color="blue" variant="light" title={t(`hypervisors.form.${kind}Asked`)}>
      <Stack gap="xs">
        <PasswordInput
          label={t(`hypervisors.form.${kind}`)}
          autoFocus
          value={secrets[kind] ?? ''}
          onChange={(event) => onSecrets({ ...secrets, [kind]: event.currentTarget.value })}
        />
        <Checkbox
          size="xs"
          label={t('hypervisors.form.remember')}
          description={t('hypervisors.form.secretHint')}
          checked={secrets.remember ?? false}
          onChange={(event) => onSecrets({ ...secrets, remember: event.currentTarget.checked })}
        />
      </Stack>
    </Alert>
  );
}

/** What a connection test needs a person for. */
export function HostQuestions(props: Props): ReactNode {
  return (
    <Stack gap="sm">
      <RefusedKey test={props.test} />
      <UnknownKey {...props} />
      <SecretField {...props} />
    </Stack>
  );
}
