import { Alert, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding, Resolution } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { InstanceLink } from '../../components/InstanceLink.tsx';
import { XmlDiff } from '../../components/XmlDiff.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useItem } from '../../stores/nova.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { useFormat } from '../../ui/use-format.ts';

interface Props {
  readonly finding: Finding;
  readonly onClose: () => void;
}

function About({ finding }: { readonly finding: Finding }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const instance = useItem('instances', finding.instanceId);
  return (
    <Facts
      facts={[
        { label: t('instances.column.host'), value: finding.hostName },
        ...(instance
          ? [
              {
                label: t('differences.column.instance'),
                value: <InstanceLink id={instance.id} name={instance.name} />,
              },
            ]
          : []),
        ...(finding.bytes === null
          ? []
          : [{ label: t('differences.column.size'), value: format.bytes(finding.bytes) }]),
        { label: t('differences.column.found'), value: <RelativeTime at={finding.foundAt} /> },
      ]}
    />
  );
}

/** One difference: what it is, both sides of it, and the ways to settle it. */
export function FindingDrawer({ finding, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const [removing, setRemoving] = useState(false);
  const resolve = useAction((how: Resolution) => call('finding.resolve', { id: finding.id, how }));
  const settle = async (how: Resolution): Promise<void> => {
    if (await resolve.run(how)) onClose();
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={finding.definitions === null ? 520 : 'min(1100px, 90vw)'}
      title={`${word('finding', finding.kind)}: ${finding.subject}`}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="md">
        <Alert color="yellow" variant="light">
          {finding.detail}
        </Alert>
        <Group>
          {finding.resolutions.map((how) => (
            <Button
              key={how}
              variant="default"
              {...(how === 'remove' && { color: 'red', variant: 'outline' })}
              loading={resolve.busy}
              onClick={() => (how === 'remove' ? setRemoving(true) : void settle(how))}
            >
              {word('resolution', how)}
            </Button>
          ))}
        </Group>
        <ErrorAlert error={resolve.error} />
        <About finding={finding} />
        {finding.definitions && (
          <div>
            <Text size="xs" c="var(--nova-muted)" mb={6}>
              {t('differences.diffHint')}
            </Text>
            <XmlDiff
              before={finding.definitions.ours}
              after={finding.definitions.host}
              beforeLabel={t('differences.ours')}
              afterLabel={t('differences.hosts')}
            />
          </div>
        )}
      </Stack>
      <ConfirmDialog
        opened={removing}
        danger
        title={t('differences.removeTitle', { name: finding.subject })}
        text={t('differences.removeText', { host: finding.hostName })}
        confirm={word('resolution', 'remove')}
        busy={resolve.busy}
        error={resolve.error}
        onClose={() => setRemoving(false)}
        onConfirm={() => void settle('remove')}
      />
    </Drawer>
  );
}
