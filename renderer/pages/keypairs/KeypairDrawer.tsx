import { Button, Code, Drawer, Group, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Keypair } from '../../../core/contract/index.ts';
import { useCopy } from '../../components/use-clipboard.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import classes from './keypairs.module.css';

interface Props {
  readonly keypair: Keypair;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

/** Everything about one key pair, above all its public key. */
export function KeypairDrawer({ keypair, onDelete, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      title={keypair.name}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="lg">
        <Group gap="xs">
          <Button variant="default" onClick={() => copy(keypair.publicKey)}>
            {t('keypairs.copyPublic')}
          </Button>
          <Button variant="default" c="var(--nova-bad)" onClick={onDelete}>
            {t('action.deleteAsk')}
          </Button>
        </Group>
        <Facts
          facts={[
            { label: t('keypairs.column.type'), value: keypair.type },
            {
              label: t('keypairs.column.fingerprint'),
              value: <CopyText text={keypair.fingerprint} onCopy={copy} />,
            },
            {
              label: t('keypairs.column.md5'),
              value: <CopyText text={keypair.fingerprintMd5} onCopy={copy} />,
            },
            { label: t('keypairs.column.created'), value: <RelativeTime at={keypair.createdAt} /> },
          ]}
        />
        <section>
          <Title order={2} mb={6}>
            {t('keypairs.column.publicKey')}
          </Title>
          <Code block className={classes.key}>
            {keypair.publicKey}
          </Code>
        </section>
      </Stack>
    </Drawer>
  );
}
