import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useNow } from '../../ui/use-now.ts';

interface Props {
  readonly host: Host;
  readonly onResolve: () => void;
  readonly onConnect: () => void;
}

/** Why a host is not connected, since when, and what a person can do about it. */
export function HostProblem({ host, onResolve, onConnect }: Props): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(10_000);
  if (host.connection === 'connected') return null;
  return (
    <ErrorAlert error={host.connectionError}>
      {host.lastSeenAt !== null && (
        <Text size="xs" c="var(--nova-muted)">
          {t('hypervisors.lastSeen', { time: format.age(host.lastSeenAt, now) })}
        </Text>
      )}
      <Group gap="xs">
        {host.connection === 'attention' && (
          <Button onClick={onResolve}>{t('hypervisors.action.resolve')}</Button>
        )}
        {host.connection === 'disconnected' && (
          <Button variant="default" onClick={onConnect}>
            {t('hypervisors.action.connect')}
          </Button>
        )}
      </Group>
    </ErrorAlert>
  );
}
